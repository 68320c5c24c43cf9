-- Grain: month, channel and segment. Inputs: manual_marketing_spend, report. Up to the month that is reported. The
-- month is given by one of its days.
SELECT spent.month AS day, spent.channel, spent.segment, spent.spend
FROM manual_marketing_spend AS spent
JOIN report ON spent.month <= last_day(report.as_of)
