-- Grain: reporting date. Inputs: int_payment_periods, int_due_received, mart_due_collections.
-- What has been paid, whenever, on what fell due in the period, beside all that did by the day that the payments are
-- of; and of its interest and fees up to the period.
WITH received AS (
  SELECT reporting_date, sum(interest_received) AS interest, sum(fees_received) AS fees
  FROM int_due_received
  WHERE reporting_date IS NOT NULL
  GROUP BY reporting_date
),
collected AS (
  SELECT reporting_date, sum(collected) AS collected, sum(due) AS due FROM mart_due_collections GROUP BY reporting_date
)
SELECT
  period.reporting_date,
  CAST(coalesce(received.interest, 0) AS DECIMAL(36, 2)) AS interest_received,
  CAST(coalesce(received.fees, 0) AS DECIMAL(36, 2)) AS fees_received,
  CAST(coalesce(collected.collected, 0) AS DECIMAL(36, 2)) AS due_collected,
  CAST(coalesce(collected.due, 0) AS DECIMAL(36, 2)) AS due_to_collect,
  CAST(
    sum(coalesce(received.interest, 0) + coalesce(received.fees, 0)) OVER (ORDER BY period.reporting_date)
    AS DECIMAL(36, 2)
  ) AS due_revenue_to_date
FROM int_payment_periods AS period
LEFT JOIN received ON received.reporting_date = period.reporting_date
LEFT JOIN collected ON collected.reporting_date = period.reporting_date
