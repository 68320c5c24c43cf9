-- Grain: loan and reporting date. Input: int_loan_snapshots.
-- The largest part of the live loans is rounded up: of 11 loans the largest tenth is two. Loans that are not live
-- have no rank but stay as rows, so that a date without a live loan is a date all the same.
-- Ties are broken by the loan's id, so that the rows are the same each time; the sums do not depend on it.
WITH ranked AS (
  SELECT
    reporting_date,
    as_of,
    loan_id,
    outstanding,
    is_live,
    row_number() OVER (PARTITION BY reporting_date, is_live ORDER BY outstanding DESC, loan_id) AS position,
    count(*) OVER (PARTITION BY reporting_date, is_live) AS loans
  FROM int_loan_snapshots
)
SELECT
  reporting_date,
  as_of,
  loan_id,
  outstanding,
  is_live AND position <= (loans * 10 + 99) // 100 AS is_top_10pct,
  is_live AND position <= (loans * 3 + 99) // 100 AS is_top_3pct,
  is_live AND position <= (loans + 99) // 100 AS is_top_1pct
FROM ranked
