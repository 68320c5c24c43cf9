-- Grain: instalment that fell due; a period without any has one row of zeros. Inputs: int_due, int_periods.
WITH dues AS (
  SELECT * FROM int_due WHERE reporting_date IS NOT NULL
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
  CAST(interest + fees AS DECIMAL(18, 2)) AS revenue_due
FROM dues
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
  CAST(0 AS DECIMAL(18, 2))
FROM int_periods
WHERE reporting_date NOT IN (SELECT reporting_date FROM dues)
