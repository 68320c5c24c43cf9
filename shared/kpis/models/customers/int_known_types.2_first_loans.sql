-- Grain: customer and month in which a loan was disbursed to it. Input: stg_loans.
-- Without balances or payments nothing says who was late: a new customer is known all the same, what the others are
-- is not.
SELECT
  customer_id,
  reporting_date,
  CASE
    WHEN reporting_date = min(reporting_date) OVER (PARTITION BY customer_id) THEN 'New'
    ELSE 'unknown'
  END AS customer_type
FROM (
  SELECT DISTINCT customer_id, last_day(disburse_date) AS reporting_date
  FROM stg_loans
  WHERE customer_id IS NOT NULL
) AS months
