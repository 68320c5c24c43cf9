-- Grain: reporting date and segment. Input: int_client_value. Customers won in the twelve months that ended twelve
-- months ago, and what they have paid in interest, fees and other to date.
SELECT reporting_date, segment, sum(customers) AS customers, sum(revenue) AS revenue
FROM int_client_value
WHERE is_ripe
GROUP BY reporting_date, segment
