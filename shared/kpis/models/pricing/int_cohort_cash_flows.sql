-- Grain: period, and days since disbursement. Inputs: int_loan_closings, int_payments, stg_schedules.
-- The cash flows of all loans that closed in a period, pooled by how many days after its disbursement each came: what
-- was lent goes out on day 0; what was paid, and what was agreed to be paid, comes in. VAT is not in it.
WITH closed AS (
  SELECT loan_id, reporting_date, disburse_date, principal
  FROM int_loan_closings
  WHERE reporting_date IS NOT NULL
),
flows AS (
  SELECT reporting_date, 0 AS day, -principal AS paid, -principal AS agreed FROM closed
  UNION ALL
  SELECT
    closed.reporting_date,
    payment.date_paid - closed.disburse_date,
    payment.collected + payment.other,
    0
  FROM closed
  JOIN int_payments AS payment ON payment.loan_id = closed.loan_id
  UNION ALL
  SELECT
    closed.reporting_date,
    instalment.date_due - closed.disburse_date,
    0,
    instalment.principal + instalment.interest + instalment.fees + instalment.other
  FROM closed
  JOIN stg_schedules AS instalment ON instalment.loan_id = closed.loan_id
)
SELECT
  reporting_date,
  CAST(day AS INTEGER) AS day,
  CAST(sum(paid) AS DECIMAL(38, 2)) AS paid,
  CAST(sum(agreed) AS DECIMAL(38, 2)) AS agreed
FROM flows
GROUP BY reporting_date, day
