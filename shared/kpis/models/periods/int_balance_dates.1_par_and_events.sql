-- Grain: period that has balances. Inputs: int_par_dates, int_payment_periods, int_rebuilt_balances, report.
-- The PAR file knows month ends; days and weeks come from the rebuilt balances (int_loan_balances).
-- previous_reporting_date is the period just before; where that has no balances it is empty, so that no flow of two
-- periods is taken for one.
-- Stored: a row for each date, joined to every balance.
WITH dates AS (
  SELECT par.source_date, par.reporting_date, par.period_start, par.as_of
  FROM int_par_dates AS par
  JOIN report ON report.grain IN ('month', 'quarter')
  UNION ALL
  SELECT period.as_of, period.reporting_date, period.period_start, period.as_of
  FROM int_payment_periods AS period
  JOIN report ON report.grain IN ('day', 'week')
  -- For every period, also where nobody owes anything; it is read, since without it nothing can be rebuilt.
  CROSS JOIN (SELECT count(*) AS balances FROM int_rebuilt_balances) AS rebuilt
),
with_previous AS (
  SELECT
    *,
    lag(reporting_date) OVER (ORDER BY reporting_date) AS earlier,
    reporting_date = max(reporting_date) OVER () AS is_newest
  FROM dates
)
SELECT
  dates.source_date,
  dates.reporting_date,
  dates.period_start,
  dates.as_of,
  CASE
    WHEN date_trunc(report.grain, dates.earlier) >= date_trunc(report.grain, dates.period_start - 1) THEN dates.earlier
  END AS previous_reporting_date,
  dates.is_newest
FROM with_previous AS dates
CROSS JOIN report
