-- Grain: reporting date. Inputs: int_payment_periods, int_payments, mart_throughput, mart_yearly_yield.
-- What was paid in the period, to date and in twelve months. What takes twelve months is empty while the book is
-- younger, and outstanding_12 is the sum of the balances of the twelve month ends.
WITH paid AS (
  SELECT
    reporting_date,
    sum(interest) AS interest,
    sum(fees) AS fees,
    sum(revenue) AS revenue,
    sum(collected) AS collected
  FROM int_payments
  WHERE reporting_date IS NOT NULL
  GROUP BY reporting_date
),
to_date AS (
  SELECT
    reporting_date,
    sum(revenue_to_date) AS revenue_to_date,
    CASE WHEN sum(missing_months) = 0 THEN sum(principal_12_months) END AS throughput,
    max(serviceable_market) AS serviceable_market
  FROM mart_throughput
  GROUP BY reporting_date
),
yearly AS (
  SELECT
    reporting_date,
    sum(interest_12_months) AS interest_12,
    sum(revenue_12_months) AS revenue_12,
    sum(outstanding_12_month_ends) AS outstanding_12
  FROM mart_yearly_yield
  GROUP BY reporting_date
  HAVING sum(missing_month_ends) = 0
)
SELECT
  period.reporting_date,
  CAST(coalesce(paid.interest, 0) AS DECIMAL(36, 2)) AS interest,
  CAST(coalesce(paid.fees, 0) AS DECIMAL(36, 2)) AS fees,
  CAST(coalesce(paid.revenue, 0) AS DECIMAL(36, 2)) AS revenue,
  CAST(coalesce(paid.collected, 0) AS DECIMAL(36, 2)) AS collected,
  CAST(coalesce(to_date.revenue_to_date, 0) AS DECIMAL(36, 2)) AS revenue_to_date,
  CAST(to_date.throughput AS DECIMAL(36, 2)) AS throughput,
  CAST(to_date.serviceable_market AS DECIMAL(36, 2)) AS serviceable_market,
  CAST(yearly.interest_12 AS DECIMAL(36, 2)) AS interest_12,
  CAST(yearly.revenue_12 AS DECIMAL(36, 2)) AS revenue_12,
  CAST(yearly.outstanding_12 AS DECIMAL(36, 2)) AS outstanding_12
FROM int_payment_periods AS period
LEFT JOIN paid ON paid.reporting_date = period.reporting_date
LEFT JOIN to_date ON to_date.reporting_date = period.reporting_date
LEFT JOIN yearly ON yearly.reporting_date = period.reporting_date
