-- Grain: period that has balances. Inputs: int_par_dates, report. Without disbursements, instalments and payments
-- there is nothing to rebuild from: the dates of the PAR file are all there are.
-- Stored: a row for each date, joined to every balance.
WITH with_previous AS (
  SELECT
    *,
    lag(reporting_date) OVER (ORDER BY reporting_date) AS earlier,
    reporting_date = max(reporting_date) OVER () AS is_newest
  FROM int_par_dates
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
