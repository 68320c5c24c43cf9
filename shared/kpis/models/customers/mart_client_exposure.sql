-- Grain: customer and reporting date; a balance without a known customer is a row of its own.
-- Input: int_client_exposure.
-- client_balance, its square, its rank and its tier are empty on rows that lack a customer, so such a balance counts
-- in outstanding but never as a client. A balance of zero lacks nothing: it is zero whoever it belongs to.
-- Ties in rank are broken by the customer's id, so that the rows are the same each time; the sum of the ten
-- largest does not depend on it.
-- Tiers, the first that holds: RUN_OFF when a tenth or more of the balance is 90 days late; WATCHLIST when a loan is
-- 60 days late; TOP_CLIENT from a twentieth of the portfolio; else STANDARD. Without a balance there is no tier.
-- The cast before the product: two decimals of 18 digits multiply into 18 digits and overflow at 10 million.
-- Stored: read once for the whole, once for each dimension and for the largest customers; ranking is what costs.
WITH ranked AS (
  SELECT
    *,
    customer_id IS NULL AND outstanding <> 0 AS lacks_customer,
    row_number() OVER (
      PARTITION BY reporting_date, customer_id IS NULL
      ORDER BY outstanding DESC, customer_id
    ) AS position,
    sum(outstanding) OVER (PARTITION BY reporting_date) AS portfolio
  FROM int_client_exposure
),
tiered AS (
  SELECT
    *,
    CASE
      WHEN lacks_customer OR outstanding <= 0 THEN 'none'
      WHEN CAST(par_90 AS DECIMAL(36, 2)) * 10 >= outstanding THEN 'RUN_OFF'
      WHEN max_dpd >= 60 THEN 'WATCHLIST'
      WHEN CAST(outstanding AS DECIMAL(36, 2)) * 20 >= portfolio THEN 'TOP_CLIENT'
      ELSE 'STANDARD'
    END AS tier
  FROM ranked
)
SELECT
  reporting_date,
  as_of,
  customer_id,
  outstanding,
  par_90,
  max_dpd,
  max_term,
  live_loans,
  portfolio,
  company,
  product,
  state,
  segment,
  lacks_customer,
  CASE WHEN NOT lacks_customer THEN outstanding END AS client_balance,
  CASE WHEN NOT lacks_customer THEN CAST(outstanding AS DECIMAL(19, 2)) * outstanding END
    AS client_balance_squared,
  CASE WHEN NOT lacks_customer THEN position END AS client_rank,
  tier,
  tier = 'RUN_OFF' AS is_run_off,
  tier = 'WATCHLIST' AS is_watchlist,
  tier = 'TOP_CLIENT' AS is_top,
  tier = 'STANDARD' AS is_standard
FROM tiered
