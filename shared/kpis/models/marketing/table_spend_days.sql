-- Grain: day on which a campaign ran, oldest first. Input: int_spend_days. Daily spend, the mean of the last seven days
-- that lie in the week up to it, and how many standard deviations it is from the mean of 30 days: a root has no exact
-- value, so z is rounded, while is_anomaly is exact.
SELECT
  day,
  spend,
  CAST(
    (2 * CAST(week_spend * 100 AS HUGEINT) + week_days) // (2 * week_days) AS DECIMAL(20, 0)
  ) * CAST(0.01 AS DECIMAL(3, 2)) AS mean_7_days,
  baseline_days,
  CASE
    WHEN baseline_days >= 7 AND spread > 0
    THEN CAST(
      round(CAST(distance AS DOUBLE) / sqrt(CAST(spread AS DOUBLE) * baseline_days / (baseline_days - 1)), 4)
      AS DECIMAL(18, 4)
    )
  END AS z,
  is_anomaly
FROM int_spend_days
ORDER BY day
