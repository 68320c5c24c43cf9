-- Grain: reporting date. Input: int_periods. Without transactions none of it is known.
SELECT
  reporting_date,
  CAST(NULL AS DECIMAL(36, 2)) AS interest,
  CAST(NULL AS DECIMAL(36, 2)) AS fees,
  CAST(NULL AS DECIMAL(36, 2)) AS revenue,
  CAST(NULL AS DECIMAL(36, 2)) AS collected,
  CAST(NULL AS DECIMAL(36, 2)) AS revenue_to_date,
  CAST(NULL AS DECIMAL(36, 2)) AS throughput,
  CAST(NULL AS DECIMAL(36, 2)) AS serviceable_market,
  CAST(NULL AS DECIMAL(36, 2)) AS interest_12,
  CAST(NULL AS DECIMAL(36, 2)) AS revenue_12,
  CAST(NULL AS DECIMAL(36, 2)) AS outstanding_12
FROM int_periods
