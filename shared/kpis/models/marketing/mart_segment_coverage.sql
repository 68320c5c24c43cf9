-- Grain: customer and reporting date, from the period of its first loan on. Inputs: int_client_periods,
-- looker_customer_data, the only source of segments.
SELECT
  client.reporting_date,
  client.as_of,
  client.customer_id,
  customer.segment IS NOT NULL AS has_segment
FROM int_client_periods AS client
LEFT JOIN looker_customer_data AS customer ON customer.customer_id = client.customer_id
