-- Grain: day on which a campaign ran; a period within the feed without any has one row of zeros.
-- Inputs: int_spend_days, int_period_days, mart_campaign_days (for the periods that the feed covers).
WITH ran AS (
  SELECT period.reporting_date, period.as_of, day.spend, day.is_anomaly
  FROM int_spend_days AS day
  JOIN int_period_days AS period ON period.day = day.day
)
SELECT reporting_date, as_of, spend, is_anomaly FROM ran
UNION ALL
SELECT DISTINCT reporting_date, as_of, CAST(0 AS DECIMAL(36, 2)), false
FROM mart_campaign_days
WHERE reporting_date NOT IN (SELECT reporting_date FROM ran)
