-- Grain: customer and day on which a loan was disbursed to it. Input: int_loans.
-- loans_to_date counts the loans up to and with that day; next_day is that of the following one.
-- Loans of both companies are the same customer's.
WITH days AS (
  SELECT
    customer_id,
    disburse_date AS day,
    count(*) AS loans,
    sum(principal) AS principal,
    max(state) AS state,
    max(segment) AS segment
  FROM int_loans
  WHERE customer_id IS NOT NULL
  GROUP BY customer_id, disburse_date
)
SELECT
  customer_id,
  day,
  min(day) OVER (PARTITION BY customer_id) AS first_day,
  CAST(sum(loans) OVER to_date AS BIGINT) AS loans_to_date,
  lead(day) OVER to_date AS next_day,
  state,
  segment
FROM days
WINDOW to_date AS (PARTITION BY customer_id ORDER BY day)
