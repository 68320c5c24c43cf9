-- Grain: payment; a period without any has one row of zeros. Inputs: int_payments, int_payment_periods.
WITH payments AS (
  SELECT * FROM int_payments WHERE reporting_date IS NOT NULL
)
SELECT
  reporting_date,
  as_of,
  company,
  product,
  state,
  segment,
  customer_type,
  ticket_band,
  term_band,
  vintage,
  interest,
  revenue
FROM payments
UNION ALL
SELECT
  reporting_date,
  as_of,
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  'unknown',
  CAST(0 AS DECIMAL(18, 2)),
  CAST(0 AS DECIMAL(18, 2))
FROM int_payment_periods
WHERE reporting_date NOT IN (SELECT reporting_date FROM payments)
