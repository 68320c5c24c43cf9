-- Grain: customer and reporting date; a balance without a known customer is a row of its own.
-- Input: int_par_with_loans. A customer who borrowed from both companies is one row.
-- Stored: joining, grouping and ranking in one go hold their memory at the same time; ten million balances do
-- not fit then, and do when the groups are set down before they are ranked.
SELECT
  reporting_date,
  customer_id,
  CAST(coalesce(sum(outstanding), 0) AS DECIMAL(18, 2)) AS outstanding
FROM int_par_with_loans
GROUP BY reporting_date, customer_id, CASE WHEN customer_id IS NULL THEN loan_id END
