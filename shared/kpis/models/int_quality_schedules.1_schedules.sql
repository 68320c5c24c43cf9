-- Grain: check of the schedules. Inputs: looker_schedules, looker_loans. What is needed: see int_quality_loans.
WITH schedules AS (
  SELECT
    count(*) AS instalments,
    count(*) FILTER (WHERE loan_id NOT IN (SELECT loan_id FROM looker_loans)) AS unknown_loans,
    count(*) FILTER (WHERE date_due IS NULL)
      + count(*) FILTER (WHERE principal IS NULL)
      + count(*) FILTER (WHERE interest IS NULL)
      + count(*) FILTER (WHERE fees IS NULL) AS missing
  FROM looker_schedules
),
scheduled AS (
  SELECT count(*) AS differing
  FROM (
    SELECT loan.loan_id
    FROM looker_loans AS loan
    JOIN looker_schedules AS instalment ON instalment.loan_id = loan.loan_id
    GROUP BY loan.loan_id, loan.disburse_principal
    HAVING abs(sum(instalment.principal) - loan.disburse_principal) > 0.02
  ) AS loans
)
SELECT
  'schedules' AS dataset,
  'every instalment is of a known loan' AS check_name,
  unknown_loans AS violations,
  0 AS cells,
  0 AS missing
FROM schedules
UNION ALL
SELECT 'schedules', 'instalments repay the principal within 0.02', differing, 0, 0
FROM scheduled
UNION ALL
SELECT
  'schedules',
  'at most 2 % of the cells that are needed are empty',
  CASE WHEN missing * 50 > instalments * 4 THEN missing ELSE 0 END,
  instalments * 4,
  missing
FROM schedules
