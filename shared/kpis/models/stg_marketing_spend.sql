-- Grain: month, channel and segment. Input: manual_marketing_spend. The month is given by one of its days.
SELECT month AS day, channel, segment, spend FROM manual_marketing_spend
