-- Grain: company and reporting date. Inputs: int_periods, int_due_to_date.
SELECT
  period.reporting_date,
  period.as_of,
  upto.company,
  upto.revenue AS revenue_due_to_date
FROM int_periods AS period
JOIN int_due_to_date AS upto ON upto.day = period.as_of
