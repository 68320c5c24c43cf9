-- Grain: customer and reporting date; a balance without a known customer is a row of its own.
-- Inputs: int_loan_snapshots, int_loans. A customer who owes both companies is one row, and its company is `both`; so
-- each row has one value of a dimension and the parts add up to the whole. Loans that are repaid or written off do not
-- make a customer one of both; a customer who has no others owes nothing and is no client of any.
-- The loans are counted so that they must be in the book: balances alone name nobody.
-- Stored: joining, grouping and ranking in one go hold their memory at the same time; ten million balances do
-- not fit then, and do when the groups are set down before they are ranked.
SELECT
  reporting_date,
  max(as_of) AS as_of,
  customer_id,
  CAST(coalesce(sum(outstanding), 0) AS DECIMAL(18, 2)) AS outstanding,
  CAST(coalesce(sum(par_90), 0) AS DECIMAL(18, 2)) AS par_90,
  max(dpd) FILTER (WHERE is_live) AS max_dpd,
  max(term) FILTER (WHERE is_live) AS max_term,
  count(*) FILTER (WHERE is_live) AS live_loans,
  CASE
    WHEN min(company) FILTER (WHERE is_live) < max(company) FILTER (WHERE is_live) THEN 'both'
    ELSE coalesce(max(company) FILTER (WHERE is_live), max(company))
  END AS company,
  CASE
    WHEN min(product) FILTER (WHERE is_live) < max(product) FILTER (WHERE is_live) THEN 'several'
    ELSE coalesce(max(product) FILTER (WHERE is_live), max(product))
  END AS product,
  max(state) AS state,
  max(segment) AS segment
FROM int_loan_snapshots
JOIN (SELECT count(*) AS loans FROM int_loans) AS book ON book.loans >= 0
GROUP BY reporting_date, customer_id, CASE WHEN customer_id IS NULL THEN loan_id END
