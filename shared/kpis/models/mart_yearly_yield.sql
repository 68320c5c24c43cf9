-- Grain: company and reporting date, in two parts: payments of twelve months, and balances at twelve month ends.
-- Inputs: int_loan_snapshots, int_payments_of_year, int_periods.
-- The mean balance is outstanding_12_month_ends / 12. Month ends are reporting dates that end a month, the newest with
-- its own as-of day; missing_month_ends is how many of the twelve are not there. A report by weeks or days has too few.
WITH balances AS (
  SELECT reporting_date, company, sum(outstanding) AS outstanding
  FROM int_loan_snapshots
  GROUP BY reporting_date, company
),
month_ends AS (
  SELECT reporting_date FROM int_periods WHERE reporting_date = last_day(reporting_date)
),
years AS (
  SELECT
    period.reporting_date,
    period.as_of,
    month_ends.reporting_date AS month_end,
    count(*) OVER (PARTITION BY period.reporting_date) AS month_end_count
  FROM int_periods AS period
  JOIN month_ends
    ON month_ends.reporting_date <= period.reporting_date
    AND month_ends.reporting_date > last_day(CAST(period.reporting_date - INTERVAL 12 MONTH AS DATE))
)
SELECT
  year.reporting_date,
  year.as_of,
  balance.company,
  CASE WHEN year.month_end = year.reporting_date THEN balance.outstanding ELSE 0 END AS outstanding,
  balance.outstanding AS outstanding_12_month_ends,
  CAST(0 AS DECIMAL(38, 2)) AS principal_12_months,
  CAST(0 AS DECIMAL(38, 2)) AS interest_12_months,
  CAST(0 AS DECIMAL(38, 2)) AS revenue_12_months,
  12 - year.month_end_count AS missing_month_ends
FROM years AS year
JOIN balances AS balance ON balance.reporting_date = year.month_end
UNION ALL
SELECT
  reporting_date,
  as_of,
  company,
  0,
  0,
  principal_12_months,
  interest_12_months,
  revenue_12_months,
  missing_months
FROM int_payments_of_year
