-- Grain: check of the loans. Inputs: stg_loans, looker_loans, book_entries, report. What a contract rejects, such as a
-- repeated key, never reaches a book and is not checked again.
-- violations are rows that break the check. The check of completeness counts the cells that KPIs need, and those of
-- them that are empty. Balances are of the file's own day: they are not looked at when an earlier day is reported.
-- What is later than the file's day is looked for in the file itself: of the loans it has been left out.
-- Stored: so that the checks of one dataset are made after those of another, and not all at the same time.
WITH loans AS (
  SELECT
    count(*) AS loans,
    bool_and(snapshot.as_of <= report.as_of) AS has_state,
    count(*) FILTER (WHERE loan.outstanding > loan.principal + 0.02) AS above_principal,
    count(*) FILTER (WHERE loan.principal <= 0) AS without_principal,
    count(*) FILTER (WHERE loan.interest_rate < 0 OR loan.interest_rate > 12) AS odd_rates,
    count(*) FILTER (WHERE loan.maturity_date < loan.disburse_date) AS ends_before_start,
    count(*) FILTER (WHERE loan.customer_id IS NULL)
      + count(*) FILTER (WHERE loan.maturity_date IS NULL)
      + count(*) FILTER (WHERE loan.principal IS NULL)
      + count(*) FILTER (WHERE loan.interest_rate IS NULL)
      + count(*) FILTER (WHERE loan.company IS NULL)
      + count(*) FILTER (WHERE loan.product IS NULL) AS missing
  FROM stg_loans AS loan
  JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loans'
  CROSS JOIN report
)
SELECT
  'loans' AS dataset,
  'no loan is disbursed after the day of the file' AS check_name,
  CAST(count(*) FILTER (WHERE loan.disburse_date > snapshot.as_of) AS BIGINT) AS violations,
  CAST(0 AS BIGINT) AS cells,
  CAST(0 AS BIGINT) AS missing
FROM looker_loans AS loan
JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loans'
UNION ALL
SELECT 'loans', 'no balance is above its principal by more than 0.02', above_principal, 0, 0
FROM loans
WHERE has_state
UNION ALL
SELECT 'loans', 'every principal is above zero', without_principal, 0, 0
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
  CASE WHEN missing * 50 > loans * 6 THEN missing ELSE 0 END,
  loans * 6,
  missing
FROM loans
