-- Grain: customer, at the newest period. Inputs: stg_real_payments, int_real_payment_periods. The cash that its main
-- payer brought in the year up to the as-of day, and that of all its payers.
WITH paid AS (
  SELECT payment.customer_id, payment.payer, sum(payment.total) AS cash
  FROM stg_real_payments AS payment
  JOIN int_real_payment_periods AS period
    ON period.is_newest
    AND payment.date_paid <= period.as_of
    AND payment.date_paid > period.twelve_months_before
  WHERE payment.total <> 0
  GROUP BY payment.customer_id, payment.payer
)
SELECT
  customer_id,
  CAST(max(cash) AS DECIMAL(36, 2)) AS main_cash,
  CAST(sum(cash) AS DECIMAL(36, 2)) AS cash
FROM paid
GROUP BY customer_id
