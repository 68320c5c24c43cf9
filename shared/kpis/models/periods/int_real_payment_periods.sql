-- Grain: period that is reported and of which real payments are known. Inputs: int_periods, book_entries. Their file is
-- of the day of its newest payment: what came after it is not known. twelve_months_before as in int_period_spans.
WITH known AS (
  SELECT period.reporting_date, period.period_start, least(period.as_of, payments.as_of) AS as_of
  FROM int_periods AS period
  JOIN book_entries AS payments
    ON payments.relation = 'looker_historic_real_payments' AND payments.as_of >= period.period_start
)
SELECT
  reporting_date,
  period_start,
  as_of,
  CASE
    WHEN as_of = last_day(as_of) THEN last_day(CAST(as_of - INTERVAL 12 MONTH AS DATE))
    ELSE CAST(as_of - INTERVAL 12 MONTH AS DATE)
  END AS twelve_months_before,
  reporting_date = max(reporting_date) OVER () AS is_newest
FROM known
