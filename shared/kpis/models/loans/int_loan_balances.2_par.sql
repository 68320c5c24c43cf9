-- Grain: loan and reporting date. Inputs: stg_loan_par_balances, int_balance_dates.
SELECT
  day.reporting_date,
  day.as_of,
  par.loan_id,
  par.dpd,
  par.is_writeoff,
  par.outstanding,
  par.written_off,
  par.par_7,
  par.par_30,
  par.par_60,
  par.par_90
FROM stg_loan_par_balances AS par
JOIN int_balance_dates AS day ON day.source_date = par.reporting_date
