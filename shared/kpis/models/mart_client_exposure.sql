-- Grain: customer and reporting date; a balance without a known customer is a row of its own.
-- Inputs: int_client_exposure, int_par_as_of.
-- client_balance, its square and its rank are empty on rows that lack a customer, so such a balance counts in
-- outstanding but never as a client. A balance of zero lacks nothing: it is zero whoever it belongs to.
-- Ties in rank are broken by the customer's id, so that the rows are the same each time; the sum of the ten
-- largest does not depend on it.
-- The cast before the product: two decimals of 18 digits multiply into 18 digits and overflow at 10 million.
WITH ranked AS (
  SELECT
    *,
    customer_id IS NULL AND outstanding <> 0 AS lacks_customer,
    row_number() OVER (
      PARTITION BY reporting_date, customer_id IS NULL
      ORDER BY outstanding DESC, customer_id
    ) AS position
  FROM int_client_exposure
)
SELECT
  ranked.reporting_date,
  day.as_of,
  outstanding,
  lacks_customer,
  CASE WHEN NOT lacks_customer THEN outstanding END AS client_balance,
  CASE WHEN NOT lacks_customer THEN CAST(outstanding AS DECIMAL(19, 2)) * outstanding END
    AS client_balance_squared,
  CASE WHEN NOT lacks_customer THEN position END AS client_rank
FROM ranked
JOIN int_par_as_of AS day ON day.reporting_date = ranked.reporting_date
