-- Grain: customer. Input: report. Without the feed of real payments nobody is known to have paid.
SELECT
  CAST(NULL AS VARCHAR) AS customer_id,
  CAST(NULL AS DECIMAL(36, 2)) AS main_cash,
  CAST(NULL AS DECIMAL(36, 2)) AS cash
FROM report
WHERE false
