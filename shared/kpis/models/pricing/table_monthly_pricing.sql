-- Grain: reporting date. Inputs: int_periods, mart_loan_pricing, mart_payments, mart_due.
-- The prices of the portfolio side by side, as the KPIs have them: rates of live loans weighted by their outstanding,
-- and the month's revenue, scheduled and received. The newest month is to date.
WITH rates AS (
  SELECT
    reporting_date,
    sum(rate_times_outstanding) / nullif(sum(outstanding_with_rate), 0) AS weighted_apr,
    sum(fee_rate_times_outstanding) / nullif(sum(outstanding_with_fee_rate), 0) AS weighted_fee_rate
  FROM mart_loan_pricing
  WHERE outstanding > 0
  GROUP BY reporting_date
),
received AS (
  SELECT reporting_date, sum(interest) AS interest, sum(revenue) AS revenue FROM mart_payments GROUP BY reporting_date
),
scheduled AS (
  SELECT reporting_date, sum(revenue_due) AS revenue FROM mart_due GROUP BY reporting_date
)
SELECT
  period.reporting_date AS year_month,
  period.as_of,
  CAST(round(rates.weighted_apr, 6) AS DECIMAL(18, 6)) AS weighted_apr,
  CAST(round(rates.weighted_fee_rate, 6) AS DECIMAL(18, 6)) AS weighted_fee_rate,
  CAST(scheduled.revenue AS DECIMAL(18, 2)) AS scheduled_revenue,
  CAST(received.revenue AS DECIMAL(18, 2)) AS received_revenue,
  CAST(round(received.interest * 100 / nullif(received.revenue, 0), 4) AS DECIMAL(18, 4)) AS recurrence_pct
FROM int_periods AS period
LEFT JOIN rates ON rates.reporting_date = period.reporting_date
LEFT JOIN received ON received.reporting_date = period.reporting_date
LEFT JOIN scheduled ON scheduled.reporting_date = period.reporting_date
ORDER BY period.reporting_date
