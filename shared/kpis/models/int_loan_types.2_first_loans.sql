-- Grain: loan whose customer is known. Input: stg_loans. Without balances or payments nothing says who was late:
-- a new customer is known all the same, what the others are is not.
SELECT
  loan_id,
  CASE
    WHEN last_day(disburse_date) = last_day(min(disburse_date) OVER (PARTITION BY customer_id)) THEN 'New'
    ELSE 'unknown'
  END AS customer_type
FROM stg_loans
WHERE customer_id IS NOT NULL
