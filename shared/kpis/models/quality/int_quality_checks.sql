-- Grain: check that the datasets of the book allow. Inputs: int_quality_loans, int_quality_balances,
-- int_quality_schedules, int_quality_transactions, int_quality_real_payments, int_periods.
-- The book has one state, so the checks are of the newest reporting date.
-- Stored: each check reads a whole dataset, and the results are read several times.
WITH checks AS (
  SELECT dataset, check_name, violations, cells, missing FROM int_quality_loans
  UNION ALL
  SELECT dataset, check_name, violations, cells, missing FROM int_quality_balances
  UNION ALL
  SELECT dataset, check_name, violations, cells, missing FROM int_quality_schedules
  UNION ALL
  SELECT dataset, check_name, violations, cells, missing FROM int_quality_transactions
  UNION ALL
  SELECT dataset, check_name, violations, cells, missing FROM int_quality_real_payments
)
SELECT
  period.reporting_date,
  period.as_of,
  checks.dataset,
  checks.check_name,
  CAST(checks.violations AS BIGINT) AS violations,
  CAST(checks.cells AS BIGINT) AS cells,
  CAST(checks.missing AS BIGINT) AS missing
FROM checks
JOIN int_periods AS period ON period.is_newest
