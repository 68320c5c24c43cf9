-- Grain: reporting date. Input: int_periods. Without transactions nothing is known of what customers paid.
SELECT
  reporting_date,
  CAST(NULL AS BIGINT) AS ripe_customers,
  CAST(NULL AS DECIMAL(36, 2)) AS ripe_revenue
FROM int_periods
