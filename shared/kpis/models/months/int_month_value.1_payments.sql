-- Grain: reporting date. Inputs: int_client_value. Customers won in the twelve months that ended twelve months ago, and
-- what they have paid in interest, fees and other to date.
SELECT
  reporting_date,
  CAST(coalesce(sum(customers) FILTER (WHERE is_ripe), 0) AS BIGINT) AS ripe_customers,
  CAST(coalesce(sum(revenue) FILTER (WHERE is_ripe), 0) AS DECIMAL(36, 2)) AS ripe_revenue
FROM int_client_value
GROUP BY reporting_date
