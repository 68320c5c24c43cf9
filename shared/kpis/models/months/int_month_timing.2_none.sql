-- Grain: reporting date. Input: int_periods. Without the feed of real payments none of it is known.
SELECT
  reporting_date,
  CAST(NULL AS BIGINT) AS early,
  CAST(NULL AS BIGINT) AS late,
  CAST(NULL AS BIGINT) AS on_time,
  CAST(NULL AS BIGINT) AS unmapped
FROM int_periods
