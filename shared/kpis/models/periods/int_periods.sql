-- Grain: period that is reported, a month unless the report asks for days, weeks or quarters. Inputs: int_calendar,
-- report. reporting_date is the label, as_of the last day of it that the book knows.
SELECT
  calendar.reporting_date,
  calendar.period_start,
  calendar.as_of,
  lag(calendar.reporting_date) OVER (ORDER BY calendar.reporting_date) AS previous_reporting_date,
  calendar.reporting_date = max(calendar.reporting_date) OVER () AS is_newest,
  calendar.as_of = calendar.reporting_date AS is_complete
FROM int_calendar AS calendar
JOIN report ON report.grain = calendar.grain
