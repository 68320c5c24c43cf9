-- Grain: day of payment and dimensions, once for each reporting date in whose last thirty days it lies. Inputs:
-- int_payments, int_payment_periods. Payments are added up by day first, so that a date takes days and not payments.
WITH daily AS (
  SELECT
    date_paid,
    company,
    product,
    state,
    segment,
    customer_type,
    ticket_band,
    term_band,
    vintage,
    CAST(sum(collected) AS DECIMAL(18, 2)) AS collected
  FROM int_payments
  GROUP BY ALL
),
last_thirty_days AS (
  SELECT
    reporting_date,
    as_of,
    CAST(unnest(generate_series(as_of - 29, as_of, INTERVAL 1 DAY)) AS DATE) AS day
  FROM int_payment_periods
)
SELECT
  span.reporting_date,
  span.as_of,
  daily.* EXCLUDE (date_paid)
FROM daily
JOIN last_thirty_days AS span ON span.day = daily.date_paid
