-- Grain: loan in the period in which it was disbursed, or instalment in the period in which it fell due.
-- Inputs: mart_lending, int_due. What was lent against the principal that was due back.
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
  disbursed,
  CAST(0 AS DECIMAL(18, 2)) AS principal_due
FROM mart_lending
UNION ALL
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
  0,
  principal
FROM int_due
WHERE reporting_date IS NOT NULL
