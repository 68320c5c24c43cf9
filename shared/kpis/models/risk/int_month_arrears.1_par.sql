-- Grain: loan and month end at which it was 30 or more days late. Inputs: stg_loan_par_balances, int_arrears_months.
-- The history of arrears, in months whatever the grain of the report is. The balance includes what is written off.
SELECT
  par.loan_id,
  month.reporting_date,
  month.as_of,
  par.dpd,
  CAST(par.outstanding + par.written_off AS DECIMAL(18, 2)) AS balance
FROM stg_loan_par_balances AS par
JOIN int_arrears_months AS month ON month.source_date = par.reporting_date
WHERE par.dpd >= 30
