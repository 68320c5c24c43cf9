-- Grain: reporting date. Input: int_periods. Without schedules none of it is known.
SELECT
  reporting_date,
  CAST(NULL AS DECIMAL(36, 2)) AS interest_due,
  CAST(NULL AS DECIMAL(36, 2)) AS fees_due,
  CAST(NULL AS DECIMAL(36, 2)) AS due,
  CAST(NULL AS DECIMAL(36, 2)) AS revenue_due_to_date
FROM int_periods
