-- Grain: period that is reported and of which payments are known. Inputs: int_payment_calendar, report. As int_periods,
-- for what is told by payments: they may be older than the loans.
SELECT
  calendar.reporting_date,
  calendar.period_start,
  calendar.as_of,
  lag(calendar.reporting_date) OVER (ORDER BY calendar.reporting_date) AS previous_reporting_date,
  calendar.reporting_date = max(calendar.reporting_date) OVER () AS is_newest
FROM int_payment_calendar AS calendar
JOIN report ON report.grain = calendar.grain
