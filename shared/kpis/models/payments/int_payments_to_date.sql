-- Grain: company and day, without holes. Inputs: int_payments, int_payment_periods. What came in since the beginning:
-- the flow between two days is the difference of two rows, so a sum over twelve months reads two rows and not a year.
WITH daily AS (
  SELECT
    company,
    date_paid AS day,
    sum(principal) AS principal,
    sum(interest) AS interest,
    sum(revenue) AS revenue,
    sum(collected) AS collected
  FROM int_payments
  GROUP BY company, date_paid
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
    FROM int_payment_periods
  ) AS bounds
)
SELECT
  days.company,
  days.day,
  CAST(sum(coalesce(daily.principal, 0)) OVER to_date AS DECIMAL(38, 2)) AS principal,
  CAST(sum(coalesce(daily.interest, 0)) OVER to_date AS DECIMAL(38, 2)) AS interest,
  CAST(sum(coalesce(daily.revenue, 0)) OVER to_date AS DECIMAL(38, 2)) AS revenue,
  CAST(sum(coalesce(daily.collected, 0)) OVER to_date AS DECIMAL(38, 2)) AS collected
FROM days
LEFT JOIN daily ON daily.company = days.company AND daily.day = days.day
WINDOW to_date AS (PARTITION BY days.company ORDER BY days.day)
