-- Grain: day on which a campaign ran. Input: stg_campaign_days.
-- Spend of all campaigns, and whether it lies more than two standard deviations from the mean of the 30 days up to and
-- with it (of those on which a campaign ran; with fewer than seven there is no telling). With n days, sum s and sum of
-- squares q, the distance d = n*x - s of a day's spend x from the mean counts when
-- d^2 * (n - 1) > 4 * n * (n*q - s^2): exact, in cents, where a root would be rounded.
WITH days AS (
  SELECT day, CAST(sum(spend) AS DECIMAL(18, 2)) AS spend FROM stg_campaign_days GROUP BY day
),
cents AS (
  SELECT day, spend, CAST(spend * 100 AS HUGEINT) AS x FROM days
),
with_baseline AS (
  SELECT
    day,
    spend,
    x,
    count(*) OVER baseline AS n,
    sum(x) OVER baseline AS s,
    sum(x * x) OVER baseline AS q,
    sum(spend) OVER week AS week_spend,
    count(*) OVER week AS week_days
  FROM cents
  WINDOW
    baseline AS (ORDER BY day RANGE BETWEEN INTERVAL 29 DAY PRECEDING AND CURRENT ROW),
    week AS (ORDER BY day RANGE BETWEEN INTERVAL 6 DAY PRECEDING AND CURRENT ROW)
)
SELECT
  day,
  spend,
  CAST(week_spend AS DECIMAL(18, 2)) AS week_spend,
  week_days,
  n AS baseline_days,
  CAST(s AS HUGEINT) AS baseline_cents,
  CAST(n * x - s AS HUGEINT) AS distance,
  CAST(n * q - s * s AS HUGEINT) AS spread,
  n >= 7 AND (n * x - s) * (n * x - s) * (n - 1) > 4 * n * (n * q - s * s) AS is_anomaly
FROM with_baseline
