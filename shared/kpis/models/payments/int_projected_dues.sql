-- Grain: due date after the reported day. Inputs: int_loan_snapshots, stg_schedules.
-- What live loans still have to pay by their schedules. Principal that was paid early is off the oldest instalments
-- first; interest and fees are as they were agreed. What is overdue already is in no date to come, and is left out.
WITH live AS (
  SELECT loan_id, as_of, outstanding, coalesce(principal - outstanding, 0) AS principal_paid
  FROM int_loan_snapshots
  WHERE is_live AND reporting_date = (SELECT max(reporting_date) FROM int_loan_snapshots)
),
instalments AS (
  SELECT
    instalment.*,
    live.as_of,
    live.principal_paid,
    sum(instalment.principal) OVER (PARTITION BY instalment.loan_id ORDER BY instalment.date_due) AS principal_to_date
  FROM stg_schedules AS instalment
  JOIN live ON live.loan_id = instalment.loan_id
)
SELECT
  date_due,
  CAST(sum(least(greatest(principal_to_date - principal_paid, 0), principal)) AS DECIMAL(38, 2)) AS principal,
  CAST(sum(interest) AS DECIMAL(38, 2)) AS interest,
  CAST(sum(fees) AS DECIMAL(38, 2)) AS fees
FROM instalments
WHERE date_due > as_of
GROUP BY date_due
