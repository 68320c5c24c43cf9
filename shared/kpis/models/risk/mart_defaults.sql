-- Grain: loan ever 90 or more days late, and reporting date from then on; a date without one is a row without amounts.
-- Inputs: int_balance_dates, int_defaults, int_loan_attributes. recovered is never below zero: a balance that grew
-- recovered nothing.
SELECT
  day.reporting_date,
  day.as_of,
  defaulted.loan_id,
  attribute.customer_id,
  coalesce(attribute.company, 'unknown') AS company,
  coalesce(attribute.product, 'unknown') AS product,
  coalesce(attribute.segment, 'unknown') AS segment,
  coalesce(attribute.customer_type, 'unknown') AS customer_type,
  coalesce(attribute.vintage, 'unknown') AS vintage,
  coalesce(defaulted.peak, 0.00) AS peak,
  CAST(greatest(coalesce(defaulted.peak - defaulted.balance, 0.00), 0.00) AS DECIMAL(18, 2)) AS recovered
FROM int_balance_dates AS day
LEFT JOIN int_defaults AS defaulted ON defaulted.reporting_date = day.reporting_date
LEFT JOIN int_loan_attributes AS attribute ON attribute.loan_id = defaulted.loan_id
