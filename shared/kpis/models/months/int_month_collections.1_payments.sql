-- Grain: reporting date. Input: mart_collections. What risk.collection_rate divides: collected in 30 days, by 30 times
-- the balance.
SELECT
  reporting_date,
  CAST(sum(collected_30_days) AS DECIMAL(36, 2)) AS collected_30_days,
  CAST(sum(outstanding) AS DECIMAL(36, 2)) AS outstanding
FROM mart_collections
GROUP BY reporting_date
