-- Grain: as int_calendar, of the periods of which payments are known. Inputs: int_calendar, int_payments_as_of. The
-- newest keeps the last day that both loans and payments know.
SELECT
  calendar.grain,
  calendar.period_start,
  calendar.reporting_date,
  least(calendar.as_of, known.as_of) AS as_of
FROM int_calendar AS calendar
JOIN int_payments_as_of AS known ON calendar.period_start <= known.as_of
