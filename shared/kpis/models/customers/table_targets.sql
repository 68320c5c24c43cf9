-- Grain: month, type of customer and segment for which there is a target. Input: mart_targets. Oldest month first.
SELECT
  reporting_date,
  as_of,
  customer_type,
  segment,
  target_disbursement,
  disbursement,
  target_customers,
  customers
FROM mart_targets
WHERE NOT lacks_target
ORDER BY reporting_date, customer_type, segment
