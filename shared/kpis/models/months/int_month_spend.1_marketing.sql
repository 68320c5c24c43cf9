-- Grain: reporting date. Input: mart_acquisition. Empty for a period without spend in the table.
SELECT
  reporting_date,
  CAST(CASE WHEN NOT bool_or(lacks_spend) THEN sum(spend) END AS DECIMAL(36, 2)) AS spend
FROM mart_acquisition
GROUP BY reporting_date
