-- Grain: customer and day from which it has a payer. Inputs: stg_real_payments, manual_payor_map, report.
-- Who pays for a customer: from its first day in the table that people keep, what the table says; before that, and for
-- customers that it does not have, who paid last. A payer is the token of its name, the same in both.
-- Of several payers on one day the last by token counts, so that the rows are the same each time.
WITH mapped AS (
  SELECT map.customer_id, map.effective_date AS day, max(coalesce(map.payor_name, map.payor_id)) AS payer
  FROM manual_payor_map AS map
  JOIN report ON map.effective_date <= report.as_of
  GROUP BY map.customer_id, map.effective_date
),
first_mapped AS (
  SELECT customer_id, min(day) AS day FROM mapped GROUP BY customer_id
),
paid AS (
  SELECT payment.customer_id, payment.date_paid AS day, max(payment.payer) AS payer
  FROM stg_real_payments AS payment
  LEFT JOIN first_mapped ON first_mapped.customer_id = payment.customer_id
  WHERE payment.payer IS NOT NULL AND (first_mapped.day IS NULL OR payment.date_paid < first_mapped.day)
  GROUP BY payment.customer_id, payment.date_paid
)
SELECT customer_id, day, payer FROM mapped
UNION ALL
SELECT customer_id, day, payer FROM paid
