-- Grain: loan and reporting date. Input: int_loan_snapshots.
-- What has no known rate must not be divided by: it is empty in both columns that the rate is made of.
-- The cast before the product: two decimals of 18 digits multiply into 18 digits and overflow.
SELECT
  reporting_date,
  as_of,
  loan_id,
  customer_id,
  is_live,
  CASE WHEN interest_rate IS NOT NULL THEN outstanding ELSE 0 END AS outstanding_with_rate,
  coalesce(CAST(interest_rate AS DECIMAL(19, 6)) * outstanding, 0) AS rate_times_outstanding,
  company,
  product,
  state,
  segment,
  customer_type,
  ticket_band,
  term_band,
  vintage
FROM int_loan_snapshots
