-- Grain: customer with a balance, at the newest reporting date, largest balance first. Inputs: mart_client_exposure,
-- int_client_rates. What a customer's money costs, in percent, with a year of 360 days: with monthly rate r, a twelfth
-- of its weighted yearly rate, and its weighted term in days, nominal 12r; effective (1 + r)^12 - 1; of a term y =
-- (1 + r)^(term / 30) - 1; and that again over a year (1 + y)^(360 / term) - 1. Powers with a fraction have no exact
-- value: they are rounded to four decimals. A rate without bounds (very short terms) is empty above a million percent.
WITH clients AS (
  SELECT customer_id, reporting_date, as_of, outstanding, client_rank
  FROM mart_client_exposure
  WHERE reporting_date = (SELECT max(reporting_date) FROM mart_client_exposure) AND client_balance > 0
),
rates AS (
  SELECT
    clients.*,
    rate.yearly_rate,
    rate.term,
    CAST(rate.yearly_rate AS DOUBLE) / 12 AS r,
    CAST(rate.term AS DOUBLE) AS days
  FROM clients
  LEFT JOIN int_client_rates AS rate ON rate.customer_id = clients.customer_id
),
powers AS (
  SELECT
    *,
    100 * (pow(1 + r, 12) - 1) AS effective,
    CASE WHEN days > 0 THEN 100 * (pow(1 + r, days / 30) - 1) END AS per_term,
    CASE WHEN days > 0 THEN 100 * (pow(pow(1 + r, days / 30), 360 / days) - 1) END AS annualised
  FROM rates
)
SELECT
  customer_id,
  reporting_date,
  as_of,
  outstanding,
  CAST(term AS DECIMAL(36, 2)) AS term_days,
  CAST(yearly_rate * 100 / 12 AS DECIMAL(18, 4)) AS monthly_rate_pct,
  CAST(yearly_rate * 100 AS DECIMAL(18, 4)) AS nominal_rate_pct,
  CASE WHEN effective < 1000000 THEN CAST(round(effective, 4) AS DECIMAL(18, 4)) END AS effective_rate_pct,
  CASE WHEN per_term < 1000000 THEN CAST(round(per_term, 4) AS DECIMAL(18, 4)) END AS per_term_rate_pct,
  CASE WHEN annualised < 1000000 THEN CAST(round(annualised, 4) AS DECIMAL(18, 4)) END AS annualised_yield_pct
FROM powers
ORDER BY client_rank
