-- Grain: reporting date and part of the customers. Inputs: int_payments, int_client_exposure, int_client_periods,
-- int_payment_periods.
-- What customers paid in interest, fees and other, in the period and in the 90 days up to the as-of day, beside the
-- number of customers: of those with a balance, and of those that did or did not borrow within 90 days.
-- Stored: it lays 90 days of payments over each period, and is read several times.
WITH revenue_days AS (
  SELECT date_paid, reporting_date, state, segment, sum(revenue) AS revenue
  FROM int_payments
  GROUP BY date_paid, reporting_date, state, segment
),
revenue AS (
  SELECT reporting_date, state, segment, sum(revenue) AS revenue
  FROM revenue_days
  WHERE reporting_date IS NOT NULL
  GROUP BY reporting_date, state, segment
),
revenue_90d AS (
  SELECT period.reporting_date, day.state, day.segment, sum(day.revenue) AS revenue_90d
  FROM revenue_days AS day
  JOIN int_payment_periods AS period ON day.date_paid <= period.as_of AND day.date_paid > period.as_of - 90
  GROUP BY period.reporting_date, day.state, day.segment
),
exposed AS (
  SELECT
    reporting_date,
    state,
    segment,
    count(*) FILTER (WHERE customer_id IS NOT NULL AND outstanding > 0) AS live_clients,
    count(*) FILTER (WHERE customer_id IS NULL AND outstanding <> 0) AS unknown_loans
  FROM int_client_exposure
  GROUP BY reporting_date, state, segment
),
activity AS (
  SELECT
    reporting_date,
    state,
    segment,
    count(*) FILTER (WHERE is_active) AS active_clients,
    count(*) FILTER (WHERE NOT is_active) AS inactive_clients
  FROM int_client_periods
  GROUP BY reporting_date, state, segment
),
parts AS (
  SELECT
    reporting_date,
    state,
    segment,
    revenue,
    0 AS revenue_90d,
    0 AS live,
    0 AS unknown_loans,
    0 AS active,
    0 AS inactive
  FROM revenue
  UNION ALL
  SELECT reporting_date, state, segment, 0, revenue_90d, 0, 0, 0, 0 FROM revenue_90d
  UNION ALL
  SELECT reporting_date, state, segment, 0, 0, live_clients, unknown_loans, 0, 0 FROM exposed
  UNION ALL
  SELECT reporting_date, state, segment, 0, 0, 0, 0, active_clients, inactive_clients FROM activity
)
SELECT
  period.reporting_date,
  period.as_of,
  coalesce(parts.state, 'unknown') AS state,
  coalesce(parts.segment, 'unknown') AS segment,
  CAST(coalesce(sum(parts.revenue), 0) AS DECIMAL(36, 2)) AS revenue,
  CAST(coalesce(sum(parts.revenue_90d), 0) AS DECIMAL(36, 2)) AS revenue_90d,
  CAST(coalesce(sum(parts.live), 0) AS BIGINT) AS live_clients,
  CAST(coalesce(sum(parts.unknown_loans), 0) AS BIGINT) AS unknown_loans,
  CAST(coalesce(sum(parts.active), 0) AS BIGINT) AS active_clients,
  CAST(coalesce(sum(parts.inactive), 0) AS BIGINT) AS inactive_clients
FROM int_payment_periods AS period
LEFT JOIN parts ON parts.reporting_date = period.reporting_date
GROUP BY period.reporting_date, period.as_of, parts.state, parts.segment
