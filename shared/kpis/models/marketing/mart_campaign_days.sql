-- Grain: ad, or campaign where it has no ad, and day; a period within the feed without any has one row of zeros.
-- Inputs: stg_campaign_days, int_period_days, int_periods, book_entries.
-- A week without a campaign is a week without rows. Before its first day the feed says nothing, nor after its last.
WITH ran AS (
  SELECT
    period.reporting_date,
    period.as_of,
    insight.campaign,
    insight.impressions,
    insight.clicks,
    insight.spend,
    insight.is_foreign
  FROM stg_campaign_days AS insight
  JOIN int_period_days AS period ON period.day = insight.day
),
covered AS (
  SELECT min(day) AS first_day FROM stg_campaign_days
)
SELECT reporting_date, as_of, campaign, impressions, clicks, spend, is_foreign FROM ran
UNION ALL
SELECT period.reporting_date, period.as_of, 'none', 0, 0, 0, false
FROM int_periods AS period
JOIN covered ON period.as_of >= covered.first_day
JOIN book_entries AS feed ON feed.relation = 'meta_insights' AND period.period_start <= feed.as_of
WHERE period.reporting_date NOT IN (SELECT reporting_date FROM ran)
