-- Grain: reporting date. Input: int_periods. Without balances none of it is known.
SELECT
  reporting_date,
  CAST(NULL AS DECIMAL(36, 2)) AS outstanding,
  CAST(NULL AS BIGINT) AS active_clients,
  CAST(NULL AS DECIMAL(36, 2)) AS top10
FROM int_periods
