-- Grain: reporting date and segment. Input: report. Without transactions nothing is known of what customers paid.
SELECT
  CAST(NULL AS DATE) AS reporting_date,
  CAST(NULL AS VARCHAR) AS segment,
  CAST(NULL AS HUGEINT) AS customers,
  CAST(NULL AS DECIMAL(38, 2)) AS revenue
FROM report
WHERE false
