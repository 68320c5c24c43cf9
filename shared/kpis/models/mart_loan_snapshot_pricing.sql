-- Grain: loan, at the loans file's own date. Inputs: stg_loans, book_entries.
-- Stands in for mart_loan_pricing when the PAR file is not in the book. The loans file keeps written-off
-- balances in outstanding, so they are recognised by the lender's rule (more than 180 days past due) and taken
-- out here, as the PAR file does.
-- The cast before the product: two decimals of 18 digits multiply into 18 digits and overflow.
WITH loan AS (
  SELECT interest_rate, CASE WHEN dpd > 180 THEN 0 ELSE outstanding END AS outstanding
  FROM stg_loans
)
SELECT
  last_day(snapshot.as_of) AS reporting_date,
  snapshot.as_of,
  CAST(loan.outstanding AS DECIMAL(18, 2)) AS outstanding,
  CAST(CASE WHEN loan.interest_rate IS NOT NULL THEN loan.outstanding END AS DECIMAL(18, 2))
    AS outstanding_with_rate,
  CAST(loan.interest_rate AS DECIMAL(19, 6)) * loan.outstanding AS rate_times_outstanding
FROM loan
JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loans'
