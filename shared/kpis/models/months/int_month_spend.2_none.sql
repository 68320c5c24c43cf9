-- Grain: reporting date. Input: int_periods. Nobody keeps the table of marketing spend.
SELECT
  reporting_date,
  CAST(NULL AS DECIMAL(36, 2)) AS spend
FROM int_periods
