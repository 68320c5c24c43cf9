-- Grain: reporting date. Inputs: int_periods, int_due.
-- What fell due in the period, and the interest and fees that fell due up to it.
WITH due AS (
  SELECT
    reporting_date,
    sum(interest) AS interest,
    sum(fees) AS fees,
    sum(due) AS due
  FROM int_due
  WHERE reporting_date IS NOT NULL
  GROUP BY reporting_date
)
SELECT
  period.reporting_date,
  CAST(coalesce(due.interest, 0) AS DECIMAL(36, 2)) AS interest_due,
  CAST(coalesce(due.fees, 0) AS DECIMAL(36, 2)) AS fees_due,
  CAST(coalesce(due.due, 0) AS DECIMAL(36, 2)) AS due,
  CAST(
    sum(coalesce(due.interest, 0) + coalesce(due.fees, 0)) OVER (ORDER BY period.reporting_date) AS DECIMAL(36, 2)
  ) AS revenue_due_to_date
FROM int_periods AS period
LEFT JOIN due ON due.reporting_date = period.reporting_date
