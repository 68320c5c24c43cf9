-- Grain: reporting date. Input: int_periods. Without transactions or balances none of it is known.
SELECT
  reporting_date,
  CAST(NULL AS DECIMAL(36, 2)) AS collected_30_days,
  CAST(NULL AS DECIMAL(36, 2)) AS outstanding
FROM int_periods
