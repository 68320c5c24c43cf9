-- Grain: label of the PAR file that is compared, and each difference on it. Inputs: int_par_compared_dates,
-- int_par_differences. A date without a difference is a row without one.
SELECT
  day.reporting_date,
  day.as_of,
  difference.loan_id,
  difference.loan_id IS NOT NULL AS is_difference,
  coalesce(difference.amount, 0.00) AS amount
FROM int_par_compared_dates AS day
LEFT JOIN int_par_differences AS difference ON difference.reporting_date = day.reporting_date
