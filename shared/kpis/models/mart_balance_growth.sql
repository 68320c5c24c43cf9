-- Grain: loan and reporting date, once for the date itself, once for the month after and once for the year after.
-- Inputs: int_loan_snapshots. Balances beside those of the month end before and of the month end a year before.
WITH dates AS (
  SELECT reporting_date, max(as_of) AS as_of FROM int_loan_snapshots GROUP BY reporting_date
)
SELECT
  reporting_date,
  as_of,
  company,
  product,
  state,
  segment,
  outstanding,
  CAST(0 AS DECIMAL(18, 2)) AS month_ago,
  CAST(0 AS DECIMAL(18, 2)) AS year_ago
FROM int_loan_snapshots
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
  0
FROM dates AS later
JOIN int_loan_snapshots AS balance
  ON balance.reporting_date = last_day(CAST(date_trunc('month', later.reporting_date) AS DATE) - 1)
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
  balance.outstanding
FROM dates AS later
JOIN int_loan_snapshots AS balance
  ON balance.reporting_date = last_day(CAST(later.reporting_date - INTERVAL 12 MONTH AS DATE))
