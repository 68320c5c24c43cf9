-- Grain: reporting date, month of the first loan, and segment, from that month on. Inputs: int_client_days,
-- int_payments, int_payment_days, int_payment_periods.
-- How many customers were won in a month and what they have paid in interest, fees and other up to the date.
-- is_ripe marks those won in the twelve months that ended twelve months ago: each had a year or more to pay. By the
-- month of the as-of day: a quarter that is not over bears the label of a later month.
-- Stored: read for values and for the cost of winning customers.
WITH clients AS (
  SELECT customer_id, first_day, segment FROM int_client_days WHERE day = first_day
),
first_period AS (
  SELECT min(reporting_date) AS reporting_date, max(as_of) AS as_of FROM int_payment_periods
),
events AS (
  SELECT
    coalesce(period.reporting_date, first_period.reporting_date) AS reporting_date,
    client.first_day,
    client.segment,
    1 AS customers,
    CAST(0 AS DECIMAL(36, 2)) AS revenue
  FROM clients AS client
  JOIN first_period ON client.first_day <= first_period.as_of
  LEFT JOIN int_payment_days AS period ON period.day = client.first_day
  UNION ALL
  SELECT
    coalesce(payment.reporting_date, first_period.reporting_date),
    client.first_day,
    client.segment,
    0,
    payment.revenue
  FROM int_payments AS payment
  JOIN clients AS client ON client.customer_id = payment.customer_id
  JOIN first_period ON payment.date_paid <= first_period.as_of
),
moves AS (
  SELECT
    reporting_date,
    date_trunc('month', first_day) AS won_in,
    segment,
    sum(customers) AS customers,
    sum(revenue) AS revenue
  FROM events
  GROUP BY ALL
),
cohorts AS (
  SELECT won_in, segment, min(reporting_date) AS first_reporting_date FROM moves GROUP BY won_in, segment
),
spread AS (
  SELECT
    period.reporting_date,
    period.as_of,
    cohorts.won_in,
    cohorts.segment,
    coalesce(moves.customers, 0) AS customers,
    coalesce(moves.revenue, 0) AS revenue
  FROM int_payment_periods AS period
  JOIN cohorts ON cohorts.first_reporting_date <= period.reporting_date
  LEFT JOIN moves
    ON moves.reporting_date = period.reporting_date
    AND moves.won_in = cohorts.won_in
    AND moves.segment = cohorts.segment
)
SELECT
  reporting_date,
  as_of,
  strftime(won_in, '%Y-%m') AS vintage,
  segment,
  datediff('month', won_in, as_of) BETWEEN 12 AND 23 AS is_ripe,
  CAST(sum(customers) OVER to_date AS BIGINT) AS customers,
  CAST(sum(revenue) OVER to_date AS DECIMAL(38, 2)) AS revenue
FROM spread
WINDOW to_date AS (PARTITION BY won_in, segment ORDER BY reporting_date)
