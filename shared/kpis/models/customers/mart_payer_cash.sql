-- Grain: payer and reporting date, of the newest thirteen. Inputs: stg_real_payments, int_real_payment_periods.
-- The cash that each payer brought in the year up to the as-of day. A period without any has one row of zero. A year
-- of payments is laid over each period, so those that nobody compares with any more are left out.
-- Stored: joining and ranking is what costs, and several KPIs may read it.
WITH periods AS (
  SELECT reporting_date, as_of, twelve_months_before
  FROM int_real_payment_periods
  ORDER BY reporting_date DESC
  LIMIT 13
),
days AS (
  SELECT payer, date_paid, sum(total) AS cash
  FROM stg_real_payments
  WHERE total <> 0 AND payer IS NOT NULL
  GROUP BY payer, date_paid
),
paid AS (
  SELECT period.reporting_date, days.payer, sum(days.cash) AS cash
  FROM days
  JOIN periods AS period
    ON days.date_paid <= period.as_of AND days.date_paid > period.twelve_months_before
  GROUP BY period.reporting_date, days.payer
)
SELECT
  period.reporting_date,
  period.as_of,
  paid.payer,
  CAST(coalesce(paid.cash, 0) AS DECIMAL(36, 2)) AS cash,
  row_number() OVER (PARTITION BY period.reporting_date ORDER BY paid.cash DESC NULLS LAST, paid.payer) AS payer_rank
FROM periods AS period
LEFT JOIN paid ON paid.reporting_date = period.reporting_date
