-- Grain: customer who borrowed in the period; a period without any has one row of zeros. Inputs: int_loans,
-- int_period_days, int_periods.
-- Recurrent is who borrowed in the period before too, or comes back after 90 days or more. A customer of both companies
-- is one. Loans whose customer is unknown count in no customer's volume.
WITH lent AS (
  SELECT
    loan.customer_id,
    period.reporting_date,
    sum(loan.principal) AS disbursed,
    min(loan.disburse_date) AS first_day,
    max(loan.disburse_date) AS last_day
  FROM int_loans AS loan
  LEFT JOIN int_period_days AS period ON period.day = loan.disburse_date
  WHERE loan.customer_id IS NOT NULL
  GROUP BY loan.customer_id, period.reporting_date
),
with_before AS (
  SELECT
    *,
    lag(reporting_date) OVER by_day AS reporting_date_before,
    lag(last_day) OVER by_day AS last_day_before
  FROM lent
  WINDOW by_day AS (PARTITION BY customer_id ORDER BY first_day)
)
SELECT
  period.reporting_date,
  period.as_of,
  lent.customer_id,
  CAST(lent.disbursed AS DECIMAL(18, 2)) AS disbursed,
  CAST(
    CASE
      WHEN lent.reporting_date_before = period.previous_reporting_date THEN lent.disbursed
      WHEN lent.first_day - lent.last_day_before >= 90 THEN lent.disbursed
      ELSE 0
    END
    AS DECIMAL(18, 2)
  ) AS disbursed_to_recurrent
FROM with_before AS lent
JOIN int_periods AS period ON period.reporting_date = lent.reporting_date
UNION ALL
SELECT reporting_date, as_of, NULL, 0, 0
FROM int_periods
WHERE reporting_date NOT IN (SELECT reporting_date FROM lent WHERE reporting_date IS NOT NULL)
