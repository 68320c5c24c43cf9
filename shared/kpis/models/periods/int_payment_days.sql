-- Grain: day that lies in a reported period and of which payments are known. Input: int_payment_periods. As
-- int_period_days.
SELECT
  CAST(unnest(generate_series(period_start, as_of, INTERVAL 1 DAY)) AS DATE) AS day,
  reporting_date,
  as_of
FROM int_payment_periods
