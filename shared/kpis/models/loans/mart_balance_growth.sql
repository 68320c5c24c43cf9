-- Grain: loan and reporting date, once for the date itself, once for the month after and once for the year after.
-- Inputs: int_loan_snapshots. Balances beside those of the month end before and of the month end a year before.
-- The columns that end in _missing are above zero where the report has no such month end. A year is counted from the
-- month of the as-of day: a quarter that is not over bears the label of a later month.
WITH dates AS (
  SELECT
    reporting_date,
    max(as_of) AS as_of,
    last_day(CAST(date_trunc('month', reporting_date) AS DATE) - 1) AS month_end,
    last_day(CAST(max(as_of) - INTERVAL 12 MONTH AS DATE)) AS year_end
  FROM int_loan_snapshots
  GROUP BY reporting_date
),
dates_before AS (
  SELECT
    *,
    CAST(month_end NOT IN (SELECT reporting_date FROM dates) AS INTEGER) AS month_ago_missing,
    CAST(year_end NOT IN (SELECT reporting_date FROM dates) AS INTEGER) AS year_ago_missing
  FROM dates
)
SELECT
  date.reporting_date,
  date.as_of,
  balance.company,
  balance.product,
  balance.state,
  balance.segment,
  balance.outstanding,
  CAST(0 AS DECIMAL(18, 2)) AS month_ago,
  CAST(0 AS DECIMAL(18, 2)) AS year_ago,
  date.month_ago_missing,
  date.year_ago_missing
FROM int_loan_snapshots AS balance
JOIN dates_before AS date ON date.reporting_date = balance.reporting_date
UNION ALL
SELECT
  later.reporting_date,
  later.as_of,
  balance.company,
  balance.product,
  balance.state,
  balance.segment,
  0,
  balance.outstanding,
  0,
  0,
  0
FROM dates AS later
JOIN int_loan_snapshots AS balance ON balance.reporting_date = later.month_end
UNION ALL
SELECT
  later.reporting_date,
  later.as_of,
  balance.company,
  balance.product,
  balance.state,
  balance.segment,
  0,
  0,
  balance.outstanding,
  0,
  0
FROM dates AS later
JOIN int_loan_snapshots AS balance ON balance.reporting_date = later.year_end
