-- Grain: day that lies in a reported period and up to its as-of day. Input: int_periods. What happened on which day
-- belongs to which period: a join on the day instead of on two limits.
SELECT
  CAST(unnest(generate_series(period_start, as_of, INTERVAL 1 DAY)) AS DATE) AS day,
  reporting_date,
  as_of
FROM int_periods
