-- Grain: reporting date, segment and channel. Inputs: stg_marketing_spend, int_client_periods, int_ripe_clients,
-- int_periods, int_calendar, report.
-- What was spent to win customers, all channels, beside the customers won in the period and the value of ripe ones.
-- Spend is kept by month: a day or a week has none of its own, and there are no rows. A month without spend in the
-- table is not one that cost nothing: lacks_spend marks the period that it lies in.
-- has_new: the spend's segment won a customer in the period, so the two can be held against each other. has_spend: the
-- row is spend; a segment without such a row has no cost, not one of zero.
-- Stored: a few rows that take three models, and read several times.
WITH spend AS (
  SELECT
    period.reporting_date,
    spent.segment,
    spent.channel,
    sum(spent.spend) AS spend
  FROM stg_marketing_spend AS spent
  JOIN int_periods AS period ON spent.day BETWEEN period.period_start AND period.reporting_date
  GROUP BY ALL
),
lacking AS (
  SELECT period.reporting_date
  FROM int_calendar AS month
  JOIN int_periods AS period ON month.reporting_date BETWEEN period.period_start AND period.reporting_date
  WHERE month.grain = 'month' AND month.reporting_date NOT IN (SELECT last_day(day) FROM stg_marketing_spend)
),
won AS (
  SELECT reporting_date, segment, count(*) AS customers FROM int_client_periods WHERE is_new GROUP BY ALL
),
parts AS (
  SELECT
    spend.reporting_date,
    spend.segment,
    spend.channel,
    spend.spend,
    true AS has_spend,
    won.customers IS NOT NULL AS has_new,
    0 AS new_customers,
    0 AS ripe_customers,
    0 AS ripe_revenue
  FROM spend
  LEFT JOIN won ON won.reporting_date = spend.reporting_date AND won.segment = spend.segment
  UNION ALL
  SELECT reporting_date, segment, 'none', 0, false, false, customers, 0, 0 FROM won
  UNION ALL
  SELECT reporting_date, segment, 'none', 0, false, false, 0, customers, revenue FROM int_ripe_clients
  UNION ALL
  SELECT reporting_date, 'unknown', 'none', 0, false, false, 0, 0, 0
  FROM int_periods
  WHERE
    reporting_date NOT IN (SELECT reporting_date FROM spend)
    AND reporting_date NOT IN (SELECT reporting_date FROM won)
    AND reporting_date NOT IN (SELECT reporting_date FROM int_ripe_clients)
)
SELECT
  parts.reporting_date,
  period.as_of,
  parts.segment,
  parts.channel,
  parts.has_spend,
  parts.has_new,
  parts.reporting_date IN (SELECT reporting_date FROM lacking) AS lacks_spend,
  CAST(parts.spend AS DECIMAL(36, 2)) AS spend,
  CAST(parts.new_customers AS BIGINT) AS new_customers,
  CAST(parts.ripe_customers AS BIGINT) AS ripe_customers,
  CAST(parts.ripe_revenue AS DECIMAL(38, 2)) AS ripe_revenue
FROM parts
JOIN int_periods AS period ON period.reporting_date = parts.reporting_date
JOIN report ON report.grain IN ('month', 'quarter')
