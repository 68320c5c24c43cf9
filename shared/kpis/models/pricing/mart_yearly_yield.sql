-- Grain: company and reporting date, in three parts: the balance, balances at twelve month ends, payments of twelve
-- months.
-- Inputs: int_loan_snapshots, int_payments_of_year, int_payment_periods.
-- The mean balance is outstanding_12_month_ends / 12. Month ends are reporting dates that end a month, the newest with
-- its own as-of day; missing_month_ends is above zero where not all twelve are there, or none, as in a report by weeks
-- or days.
-- balances_missing is above zero where there are payments and no balances of the date itself.
WITH balances AS (
  SELECT reporting_date, company, sum(outstanding) AS outstanding
  FROM int_loan_snapshots
  GROUP BY reporting_date, company
),
month_ends AS (
  SELECT DISTINCT reporting_date FROM balances WHERE reporting_date = last_day(reporting_date)
),
years AS (
  SELECT
    period.reporting_date,
    period.as_of,
    month_ends.reporting_date AS month_end,
    count(*) OVER (PARTITION BY period.reporting_date) AS month_end_count
  FROM int_payment_periods AS period
  JOIN month_ends
    ON month_ends.reporting_date <= period.reporting_date
    AND month_ends.reporting_date > last_day(CAST(period.reporting_date - INTERVAL 12 MONTH AS DATE))
)
SELECT
  period.reporting_date,
  period.as_of,
  balance.company,
  balance.outstanding,
  CAST(0 AS DECIMAL(38, 2)) AS outstanding_12_month_ends,
  CAST(0 AS DECIMAL(38, 2)) AS principal_12_months,
  CAST(0 AS DECIMAL(38, 2)) AS interest_12_months,
  CAST(0 AS DECIMAL(38, 2)) AS revenue_12_months,
  0 AS missing_month_ends,
  0 AS missing_months,
  0 AS balances_missing
FROM int_payment_periods AS period
JOIN balances AS balance ON balance.reporting_date = period.reporting_date
UNION ALL
SELECT
  year.reporting_date,
  year.as_of,
  balance.company,
  0,
  balance.outstanding,
  0,
  0,
  0,
  12 - year.month_end_count,
  0,
  0
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
  CASE WHEN reporting_date NOT IN (SELECT reporting_date FROM years) THEN 12 ELSE 0 END,
  missing_months,
  CAST(reporting_date NOT IN (SELECT reporting_date FROM balances) AS INTEGER)
FROM int_payments_of_year
