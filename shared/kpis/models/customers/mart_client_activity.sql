-- Grain: customer and reporting date, from the period of its first loan on. Input: int_client_periods.
-- vintage is the month of the customer's first loan.
SELECT
  reporting_date,
  as_of,
  customer_id,
  loans_to_date,
  is_new,
  is_active,
  was_active,
  is_active AND was_active AS is_retained,
  turned_inactive,
  intensity,
  vintage,
  state,
  segment
FROM int_client_periods
