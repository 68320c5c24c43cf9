-- Grain: company and day, without holes. Inputs: int_due, int_periods. What fell due since the beginning, as
-- int_payments_to_date has what came in.
WITH daily AS (
  SELECT company, date_due AS day, sum(interest + fees) AS revenue, sum(due) AS due
  FROM int_due
  GROUP BY company, date_due
),
days AS (
  SELECT
    companies.company,
    CAST(unnest(generate_series(bounds.first_day, bounds.last_day, INTERVAL 1 DAY)) AS DATE) AS day
  FROM (SELECT DISTINCT company FROM daily) AS companies
  CROSS JOIN (
    SELECT
      least((SELECT min(day) FROM daily), min(period_start) - 1) AS first_day,
      max(as_of) AS last_day
    FROM int_periods
  ) AS bounds
)
SELECT
  days.company,
  days.day,
  CAST(sum(coalesce(daily.revenue, 0)) OVER to_date AS DECIMAL(38, 2)) AS revenue,
  CAST(sum(coalesce(daily.due, 0)) OVER to_date AS DECIMAL(38, 2)) AS due
FROM days
LEFT JOIN daily ON daily.company = days.company AND daily.day = days.day
WINDOW to_date AS (PARTITION BY days.company ORDER BY days.day)
