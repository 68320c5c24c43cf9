-- Grain: customer with a balance, at the newest reporting date, largest balance first. Inputs: mart_client_exposure,
-- int_payer_shares, int_client_rates, int_client_yields.
-- The tier (mart_client_exposure has the rule) and four alerts:
--   payer_alert: more than 40 percent of the cash of twelve months came from one payer;
--   line_alert: more than 90 percent of the line is in use; no feed has the amount of a line, so it is empty;
--   term_alert: a live loan runs for more than 90 days;
--   rate_alert: the agreed yearly rate is more than 5 points above what was paid in twelve months, over the mean of the
--     balances of twelve month ends.
-- Percents are divided from whole cents, to four decimals (half up).
WITH clients AS (
  SELECT
    exposure.*,
    share.main_cash,
    share.cash,
    rate.yearly_rate,
    yield.revenue_12,
    yield.outstanding_12
  FROM mart_client_exposure AS exposure
  LEFT JOIN int_payer_shares AS share ON share.customer_id = exposure.customer_id
  LEFT JOIN int_client_rates AS rate ON rate.customer_id = exposure.customer_id
  LEFT JOIN int_client_yields AS yield ON yield.customer_id = exposure.customer_id
  WHERE
    exposure.reporting_date = (SELECT max(reporting_date) FROM mart_client_exposure)
    AND exposure.client_balance > 0
),
parts AS (
  SELECT
    *,
    CAST(CAST(outstanding AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS cents,
    CAST(CAST(portfolio AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS portfolio_cents,
    CAST(CAST(par_90 AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS par_90_cents,
    CAST(CAST(main_cash AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS main_cents,
    CAST(CAST(cash AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS cash_cents,
    CAST(CAST(revenue_12 AS DECIMAL(34, 2)) * 1200 AS HUGEINT) AS revenue_cents,
    CAST(CAST(outstanding_12 AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS outstanding_12_cents
  FROM clients
),
percents AS (
  SELECT
    *,
    (2000000 * cents + portfolio_cents) // (2 * portfolio_cents) AS share,
    (2000000 * par_90_cents + cents) // (2 * cents) AS par_90_share,
    CASE WHEN cash_cents > 0 THEN (2000000 * main_cents + cash_cents) // (2 * cash_cents) END AS main_share,
    CASE
      WHEN outstanding_12_cents > 0
      THEN (2000000 * revenue_cents + outstanding_12_cents) // (2 * outstanding_12_cents)
    END AS paid_rate
  FROM parts
)
SELECT
  customer_id,
  reporting_date,
  as_of,
  tier,
  outstanding,
  CAST(share AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS share_pct,
  CAST(par_90_share AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS par_90_pct,
  CAST(max_dpd AS BIGINT) AS max_dpd,
  CAST(max_term AS BIGINT) AS max_term_days,
  live_loans,
  CAST(main_share AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS main_payer_pct,
  main_cents * 10 > cash_cents * 4 AS payer_alert,
  CAST(NULL AS BOOLEAN) AS line_alert,
  max_term > 90 AS term_alert,
  CAST(yearly_rate * 100 AS DECIMAL(18, 4)) AS agreed_rate_pct,
  CAST(paid_rate AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS paid_rate_pct,
  CAST(yearly_rate * 100 AS DECIMAL(18, 4))
    - CAST(paid_rate AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) > 5 AS rate_alert
FROM percents
ORDER BY client_rank
