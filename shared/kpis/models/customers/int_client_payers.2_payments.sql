-- Grain: customer and day on which somebody paid for it. Input: stg_real_payments.
-- Of several payers on one day the last by token counts, so that the rows are the same each time.
SELECT customer_id, date_paid AS day, max(payer) AS payer
FROM stg_real_payments
WHERE payer IS NOT NULL
GROUP BY customer_id, date_paid
