-- Grain: reporting date. Input: int_periods. Without schedules and transactions none of it is known.
SELECT
  reporting_date,
  CAST(NULL AS DECIMAL(36, 2)) AS interest_received,
  CAST(NULL AS DECIMAL(36, 2)) AS fees_received,
  CAST(NULL AS DECIMAL(36, 2)) AS due_collected,
  CAST(NULL AS DECIMAL(36, 2)) AS due_to_collect,
  CAST(NULL AS DECIMAL(36, 2)) AS due_revenue_to_date
FROM int_periods
