-- Grain: check of the real payments. Inputs: stg_real_payments, stg_loans.
-- Stored: so that the checks of one dataset are made after those of another, and not all at the same time.
WITH payments AS (
  SELECT
    count(*) FILTER (WHERE loan.loan_id IS NULL) AS unknown_loans,
    count(*) FILTER (WHERE loan.customer_id <> payment.customer_id) AS other_customers,
    count(*) FILTER (WHERE payment.status = 'Rebate Credit' AND payment.total <> 0) AS rebates_with_cash
  FROM stg_real_payments AS payment
  LEFT JOIN stg_loans AS loan ON loan.loan_id = payment.loan_id
)
SELECT
  'historic_real_payments' AS dataset,
  'every real payment is of a known loan' AS check_name,
  CAST(unknown_loans AS BIGINT) AS violations,
  CAST(0 AS BIGINT) AS cells,
  CAST(0 AS BIGINT) AS missing
FROM payments
UNION ALL
SELECT 'historic_real_payments', 'a real payment and its loan have the same customer', other_customers, 0, 0
FROM payments
UNION ALL
SELECT 'historic_real_payments', 'rebate credits bring no cash', rebates_with_cash, 0, 0
FROM payments
