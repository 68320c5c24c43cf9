-- Grain: ad, or campaign where it has no ad, and day. Inputs: meta_insights, report. Up to the day that is reported.
-- The feed leaves a figure out where it is zero. Spend is in the currency of the account, of which nothing is said when
-- it is USD.
SELECT
  insight.date_start AS day,
  insight.campaign_id,
  insight.campaign_name AS campaign,
  coalesce(insight.impressions, 0) AS impressions,
  coalesce(insight.clicks, 0) AS clicks,
  coalesce(insight.spend, 0) AS spend,
  coalesce(insight.account_currency, 'USD') <> 'USD' AS is_foreign
FROM meta_insights AS insight
JOIN report ON insight.date_start <= report.as_of
