-- Grain: reporting date. Input: mart_payment_timing. Payments by the source's own status; unmapped are those that are
-- neither early, on time nor late, which are rebate credits and words that the source did not have before.
SELECT
  reporting_date,
  count(*) FILTER (WHERE is_early) AS early,
  count(*) FILTER (WHERE is_late) AS late,
  count(*) FILTER (WHERE is_on_time) AS on_time,
  count(*) FILTER (WHERE is_rebate OR is_unmapped) AS unmapped
FROM mart_payment_timing
GROUP BY reporting_date
