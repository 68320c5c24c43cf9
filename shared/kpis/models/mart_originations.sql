-- Grain: month end. Inputs: stg_loans, int_loan_months.
-- What was disbursed in each month, and since the beginning. A customer counts in the month of the first loan,
-- once, whichever company lent. A disbursement before the first month counts in it (int_loan_months says why).
WITH span AS (
  SELECT max(as_of) AS as_of, min(reporting_date) AS first_month FROM int_loan_months
),
loans_by_as_of AS (
  SELECT
    loan.customer_id,
    loan.principal,
    greatest(last_day(loan.disburse_date), span.first_month) AS reporting_date
  FROM stg_loans AS loan
  JOIN span ON loan.disburse_date <= span.as_of
),
disbursed AS (
  SELECT reporting_date, count(*) AS loans, sum(principal) AS principal
  FROM loans_by_as_of
  GROUP BY reporting_date
),
first_loans AS (
  SELECT customer_id, min(reporting_date) AS reporting_date FROM loans_by_as_of GROUP BY customer_id
),
newcomers AS (
  SELECT reporting_date, count(*) AS customers FROM first_loans GROUP BY reporting_date
),
months AS (
  SELECT
    month.reporting_date,
    month.as_of,
    coalesce(disbursed.loans, 0) AS loans,
    coalesce(disbursed.principal, 0) AS principal,
    coalesce(newcomers.customers, 0) AS customers
  FROM int_loan_months AS month
  LEFT JOIN disbursed ON disbursed.reporting_date = month.reporting_date
  LEFT JOIN newcomers ON newcomers.reporting_date = month.reporting_date
)
SELECT
  reporting_date,
  as_of,
  loans AS loans_in_month,
  principal AS principal_in_month,
  CAST(sum(loans) OVER to_date AS BIGINT) AS loans_to_date,
  CAST(sum(principal) OVER to_date AS DECIMAL(38, 2)) AS principal_to_date,
  CAST(sum(customers) OVER to_date AS BIGINT) AS customers_to_date
FROM months
WINDOW to_date AS (ORDER BY reporting_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
