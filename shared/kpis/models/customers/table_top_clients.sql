-- Grain: customer, at the newest reporting date. Input: mart_client_exposure. The twenty customers with the largest
-- balances, largest first; of two alike the first by id. Shares are in percent: of the portfolio, and of the customer's
-- balance; divided from whole cents, to six decimals (half up).
WITH newest AS (
  SELECT
    *,
    CAST(CAST(portfolio AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS portfolio_cents,
    CAST(CAST(outstanding AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS cents,
    CAST(CAST(par_90 AS DECIMAL(36, 2)) * 100 AS HUGEINT) AS par_90_cents
  FROM mart_client_exposure
  WHERE
    reporting_date = (SELECT max(reporting_date) FROM mart_client_exposure)
    AND client_rank <= 20
    AND client_balance > 0
)
SELECT
  CAST(client_rank AS BIGINT) AS position,
  customer_id,
  reporting_date,
  as_of,
  outstanding,
  CAST((200000000 * cents + portfolio_cents) // (2 * portfolio_cents) AS DECIMAL(24, 0))
    * CAST(0.000001 AS DECIMAL(7, 6)) AS share_pct,
  par_90,
  CAST((200000000 * par_90_cents + cents) // (2 * cents) AS DECIMAL(24, 0))
    * CAST(0.000001 AS DECIMAL(7, 6)) AS par_90_pct,
  CAST(max_dpd AS BIGINT) AS max_dpd,
  live_loans,
  tier,
  company,
  segment
FROM newest
ORDER BY position
