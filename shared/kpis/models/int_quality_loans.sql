-- Grain: check of the loans. Inputs: looker_loans, book_entries. What a contract rejects, such as a repeated key,
-- never reaches a book and is not checked again.
-- violations are rows that break the check. The check of completeness counts the cells that KPIs need, and those of
-- them that are empty.
WITH loans AS (
  SELECT
    count(*) AS loans,
    count(*) FILTER (WHERE loan.disburse_date > snapshot.as_of) AS disbursed_later,
    count(*) FILTER (WHERE loan.outstanding_balance > loan.disburse_principal + 0.02) AS above_principal,
    count(*) FILTER (WHERE loan.outstanding_balance < 0 OR loan.disburse_principal <= 0) AS below_zero,
    count(*) FILTER (WHERE loan.interest_rate < 0 OR loan.interest_rate > 12) AS odd_rates,
    count(*) FILTER (WHERE loan.maturity_date < loan.disburse_date) AS ends_before_start,
    count(*) FILTER (WHERE loan.customer_id IS NULL)
      + count(*) FILTER (WHERE loan.disburse_date IS NULL)
      + count(*) FILTER (WHERE loan.maturity_date IS NULL)
      + count(*) FILTER (WHERE loan.disburse_principal IS NULL)
      + count(*) FILTER (WHERE loan.outstanding_balance IS NULL)
      + count(*) FILTER (WHERE loan.interest_rate IS NULL)
      + count(*) FILTER (WHERE loan.company IS NULL)
      + count(*) FILTER (WHERE loan.product_type IS NULL) AS missing
  FROM looker_loans AS loan
  JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loans'
)
SELECT
  'loans' AS dataset,
  'no loan is disbursed after the day of the file' AS check_name,
  disbursed_later AS violations,
  0 AS cells,
  0 AS missing
FROM loans
UNION ALL
SELECT 'loans', 'no balance is above its principal by more than 0.02', above_principal, 0, 0
FROM loans
UNION ALL
SELECT 'loans', 'no balance is below zero and no principal is not above it', below_zero, 0, 0
FROM loans
UNION ALL
SELECT 'loans', 'yearly rates are from 0 to 12', odd_rates, 0, 0
FROM loans
UNION ALL
SELECT 'loans', 'no loan ends before it starts', ends_before_start, 0, 0
FROM loans
UNION ALL
SELECT
  'loans',
  'at most 2 % of the cells that are needed are empty',
  CASE WHEN missing * 50 > loans * 8 THEN missing ELSE 0 END,
  loans * 8,
  missing
FROM loans
