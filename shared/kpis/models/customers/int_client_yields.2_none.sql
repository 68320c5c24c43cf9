-- Grain: customer. Input: report. Without transactions nothing is known of what customers paid.
SELECT
  CAST(NULL AS VARCHAR) AS customer_id,
  CAST(NULL AS DECIMAL(36, 2)) AS outstanding_12,
  CAST(NULL AS DECIMAL(36, 2)) AS revenue_12
FROM report
WHERE false
