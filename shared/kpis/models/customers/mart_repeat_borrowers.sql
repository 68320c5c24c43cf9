-- Grain: customer who closed a loan in the period; a period without any has one row that counts for nothing.
-- Inputs: int_loan_closings, int_loans, int_payment_periods.
-- came_back: borrowed again, from either company, within 90 days after one of these closings (a new loan on the day of
-- the closing is one). What happened after the day that the book knows is not there, so the newest three months rise.
WITH disbursements AS (
  SELECT DISTINCT customer_id, disburse_date FROM int_loans WHERE customer_id IS NOT NULL
),
closings AS (
  SELECT
    reporting_date,
    as_of,
    customer_id,
    close_date,
    -- A loan that was made and closed on one day is no return of its own.
    greatest(close_date, disburse_date + 1) AS may_return_from
  FROM int_loan_closings
  WHERE reporting_date IS NOT NULL AND customer_id IS NOT NULL
),
returns AS (
  SELECT
    closing.reporting_date,
    closing.as_of,
    closing.customer_id,
    coalesce(again.disburse_date <= closing.close_date + 90, false) AS came_back
  FROM closings AS closing
  ASOF LEFT JOIN disbursements AS again
    ON again.customer_id = closing.customer_id AND again.disburse_date >= closing.may_return_from
)
SELECT
  reporting_date,
  max(as_of) AS as_of,
  customer_id,
  1 AS closed,
  CAST(bool_or(came_back) AS INTEGER) AS came_back
FROM returns
GROUP BY reporting_date, customer_id
UNION ALL
SELECT reporting_date, as_of, NULL, 0, 0
FROM int_payment_periods
WHERE reporting_date NOT IN (SELECT reporting_date FROM closings)
