-- Grain: reporting date. Inputs: int_payment_periods, int_calendar. The longer spans that end with a period's as-of
-- day: what comes after twelve_months_before and six_months_before, up to and with that day. The end of a month reaches
-- back to the end of a month, whatever their lengths.
-- missing_months and missing_months_of_six are by how many months the book is too young for them.
SELECT
  reporting_date,
  as_of,
  is_newest,
  CASE
    WHEN as_of = last_day(as_of) THEN last_day(CAST(as_of - INTERVAL 12 MONTH AS DATE))
    ELSE CAST(as_of - INTERVAL 12 MONTH AS DATE)
  END AS twelve_months_before,
  CASE
    WHEN as_of = last_day(as_of) THEN last_day(CAST(as_of - INTERVAL 6 MONTH AS DATE))
    ELSE CAST(as_of - INTERVAL 6 MONTH AS DATE)
  END AS six_months_before,
  greatest(11 - datediff('month', first.first_month, as_of), 0) AS missing_months,
  greatest(5 - datediff('month', first.first_month, as_of), 0) AS missing_months_of_six
FROM int_payment_periods
CROSS JOIN (SELECT min(period_start) AS first_month FROM int_calendar WHERE grain = 'month') AS first
