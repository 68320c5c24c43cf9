-- Grain: loan that is repaid. Inputs: int_loans, int_payments, int_payment_days.
-- A loan is closed when its principal has come back, to within two cents of rounding: on the day of the last payment of
-- principal. Not its maturity, and not its status, which lags.
-- Stored: the payments of all loans are added up for it, and both repeat business and effective rates read it.
WITH repaid AS (
  SELECT
    loan_id,
    sum(principal) AS principal,
    max(CASE WHEN principal > 0 THEN date_paid END) AS close_date
  FROM int_payments
  GROUP BY loan_id
)
SELECT
  loan.loan_id,
  loan.customer_id,
  loan.disburse_date,
  loan.principal,
  repaid.close_date,
  period.reporting_date,
  period.as_of
FROM repaid
JOIN int_loans AS loan ON loan.loan_id = repaid.loan_id
LEFT JOIN int_payment_days AS period ON period.day = repaid.close_date
WHERE repaid.principal >= loan.principal - 0.02
