-- Grain: customer and day from which it has a payer. Inputs: manual_payor_map, report.
-- Of several payers from the same day the last by token counts, so that the rows are the same each time.
SELECT map.customer_id, map.effective_date AS day, max(coalesce(map.payor_name, map.payor_id)) AS payer
FROM manual_payor_map AS map
JOIN report ON map.effective_date <= report.as_of
GROUP BY map.customer_id, map.effective_date
