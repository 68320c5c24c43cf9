-- Grain: reporting date. Inputs: mart_client_exposure, int_loan_snapshots, int_loans, int_due, int_periods.
-- The parts of the house score, each a sum of the whole portfolio, and the rate of replenishment: what was disbursed
-- in the period over the principal that fell due in it.
WITH exposed AS (
  SELECT
    reporting_date,
    sum(outstanding) AS outstanding,
    coalesce(sum(outstanding) FILTER (WHERE client_rank <= 10), 0) AS top10,
    count(*) FILTER (WHERE lacks_customer) AS unknown_loans
  FROM mart_client_exposure
  GROUP BY reporting_date
),
late AS (
  SELECT reporting_date, sum(par_30) AS par_30, sum(par_90) AS par_90 FROM int_loan_snapshots GROUP BY reporting_date
),
disbursed AS (
  SELECT period.reporting_date, sum(loan.principal) AS disbursed
  FROM int_loans AS loan
  JOIN int_period_days AS period ON period.day = loan.disburse_date
  GROUP BY period.reporting_date
),
due AS (
  SELECT reporting_date, sum(principal) AS principal_due
  FROM int_due
  WHERE reporting_date IS NOT NULL
  GROUP BY reporting_date
)
SELECT
  period.reporting_date,
  period.as_of,
  CAST(coalesce(exposed.outstanding, 0) AS DECIMAL(36, 2)) AS outstanding,
  CAST(coalesce(exposed.top10, 0) AS DECIMAL(36, 2)) AS top10,
  coalesce(exposed.unknown_loans, 0) AS unknown_loans,
  CAST(coalesce(late.par_30, 0) AS DECIMAL(36, 2)) AS par_30,
  CAST(coalesce(late.par_90, 0) AS DECIMAL(36, 2)) AS par_90,
  CAST(coalesce(disbursed.disbursed, 0) AS DECIMAL(36, 2)) AS disbursed,
  CAST(coalesce(due.principal_due, 0) AS DECIMAL(36, 2)) AS principal_due
FROM int_periods AS period
LEFT JOIN exposed ON exposed.reporting_date = period.reporting_date
LEFT JOIN late ON late.reporting_date = period.reporting_date
LEFT JOIN disbursed ON disbursed.reporting_date = period.reporting_date
LEFT JOIN due ON due.reporting_date = period.reporting_date
