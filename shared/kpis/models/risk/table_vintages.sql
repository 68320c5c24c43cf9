-- Grain: month of disbursement and months on book since. Inputs: stg_loans, int_month_arrears,
-- int_arrears_months, int_loan_months.
-- bad90: balance 90 or more days late at that age, with what is written off, as a share of the principal lent in the
-- month. ever30: balance at the first month end at which a loan was 30 or more days late, added up until that age, as
-- a share of the same. The newest age may be a month that is not over. Of a month without balances
-- nothing is known: it has neither share, and the ages after it no ever30.
WITH loans AS (
  SELECT loan.loan_id, greatest(last_day(loan.disburse_date), span.first_month) AS cohort, loan.principal
  FROM stg_loans AS loan
  JOIN (SELECT min(reporting_date) AS first_month, max(as_of) AS as_of FROM int_loan_months) AS span
    ON loan.disburse_date <= span.as_of
),
cohorts AS (
  SELECT cohort, count(*) AS loans, sum(principal) AS principal FROM loans GROUP BY cohort
),
arrears AS (
  SELECT
    loans.cohort,
    late.reporting_date,
    late.balance,
    late.dpd,
    row_number() OVER (PARTITION BY late.loan_id ORDER BY late.reporting_date) = 1 AS is_first
  FROM int_month_arrears AS late
  JOIN loans ON loans.loan_id = late.loan_id
),
by_month AS (
  SELECT
    cohort,
    reporting_date,
    sum(balance) FILTER (WHERE dpd >= 90) AS bad_90,
    sum(balance) FILTER (WHERE is_first) AS first_30
  FROM arrears
  GROUP BY cohort, reporting_date
)
SELECT
  strftime(cohorts.cohort, '%Y-%m') AS vintage,
  datediff('month', cohorts.cohort, month.reporting_date) AS months_on_book,
  month.reporting_date,
  cohorts.loans,
  CAST(cohorts.principal AS DECIMAL(38, 2)) AS principal,
  CASE WHEN known.reporting_date IS NOT NULL THEN CAST(coalesce(by_month.bad_90, 0) AS DECIMAL(38, 2)) END AS bad_90,
  CASE
    WHEN known.reporting_date IS NOT NULL
      THEN CAST(coalesce(by_month.bad_90, 0) * 100 / nullif(cohorts.principal, 0) AS DECIMAL(9, 4))
  END AS bad_90_percent,
  CASE
    WHEN bool_and(known.reporting_date IS NOT NULL) OVER so_far
      THEN CAST(
        coalesce(sum(by_month.first_30) OVER so_far, 0) * 100 / nullif(cohorts.principal, 0) AS DECIMAL(9, 4)
      )
  END AS ever_30_percent
FROM cohorts
JOIN int_loan_months AS month ON month.reporting_date >= cohorts.cohort
LEFT JOIN int_arrears_months AS known ON known.reporting_date = month.reporting_date
LEFT JOIN by_month ON by_month.cohort = cohorts.cohort AND by_month.reporting_date = month.reporting_date
WINDOW so_far AS (PARTITION BY cohorts.cohort ORDER BY month.reporting_date)
ORDER BY cohorts.cohort, month.reporting_date
