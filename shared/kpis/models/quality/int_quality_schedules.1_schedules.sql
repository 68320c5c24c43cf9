-- Grain: check of the schedules. Inputs: stg_schedules, stg_loans. Of the loans made up to the reported day. violations
-- are rows that break the check, or whole USD of a sum that does not agree. What is needed: see int_quality_loans.
-- Stored: so that the checks of one dataset are made after those of another, and not all at the same time.
WITH schedules AS (
  SELECT
    count(instalment.loan_id) AS instalments,
    count(*) FILTER (WHERE instalment.loan_id IS NULL) AS loans_without,
    coalesce(sum(instalment.principal), 0) AS principal,
    count(instalment.loan_id) FILTER (WHERE instalment.date_due IS NULL)
      + count(instalment.loan_id) FILTER (WHERE instalment.principal IS NULL)
      + count(instalment.loan_id) FILTER (WHERE instalment.interest IS NULL)
      + count(instalment.loan_id) FILTER (WHERE instalment.fees IS NULL) AS missing
  FROM stg_loans AS loan
  LEFT JOIN stg_schedules AS instalment ON instalment.loan_id = loan.loan_id
),
lent AS (
  SELECT coalesce(sum(principal), 0) AS principal FROM stg_loans
)
SELECT
  'schedules' AS dataset,
  'every loan has an instalment' AS check_name,
  CAST(loans_without AS BIGINT) AS violations,
  CAST(0 AS BIGINT) AS cells,
  CAST(0 AS BIGINT) AS missing
FROM schedules
UNION ALL
SELECT
  'schedules',
  'instalments repay what was disbursed within USD 1',
  CASE
    WHEN abs(schedules.principal - lent.principal) > 1
    THEN CAST(ceil(abs(schedules.principal - lent.principal)) AS BIGINT)
    ELSE 0
  END,
  0,
  0
FROM schedules
CROSS JOIN lent
UNION ALL
SELECT
  'schedules',
  'at most 2 % of the cells that are needed are empty',
  CASE WHEN missing * 50 > instalments * 4 THEN missing ELSE 0 END,
  instalments * 4,
  missing
FROM schedules
