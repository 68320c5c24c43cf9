-- Grain: check of the schedules. Inputs: looker_schedules, looker_loans. violations are rows that break the check, or
-- whole USD of a sum that does not agree. What is needed: see int_quality_loans.
-- Stored: so that the checks of one dataset are made after those of another, and not all at the same time.
WITH schedules AS (
  SELECT
    count(*) AS instalments,
    count(*) FILTER (WHERE loan.loan_id IS NULL) AS unknown_loans,
    coalesce(sum(instalment.principal), 0) AS principal,
    count(*) FILTER (WHERE instalment.date_due IS NULL)
      + count(*) FILTER (WHERE instalment.principal IS NULL)
      + count(*) FILTER (WHERE instalment.interest IS NULL)
      + count(*) FILTER (WHERE instalment.fees IS NULL) AS missing
  FROM looker_schedules AS instalment
  LEFT JOIN looker_loans AS loan ON loan.loan_id = instalment.loan_id
),
lent AS (
  SELECT coalesce(sum(disburse_principal), 0) AS principal FROM looker_loans
)
SELECT
  'schedules' AS dataset,
  'every instalment is of a known loan' AS check_name,
  unknown_loans AS violations,
  0 AS cells,
  0 AS missing
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
