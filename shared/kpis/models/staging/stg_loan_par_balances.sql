-- Grain: loan and reporting date. Inputs: looker_loan_par_balances, int_par_as_of (the dates up to the reported day).
-- Money in USD under short names. The amounts in the loan's own currency are left out: every KPI is in USD.
SELECT
  par.loan_id_raw AS loan_id,
  par.reporting_date,
  day.as_of,
  CAST(par.dpd AS INTEGER) AS dpd,
  par.dpd_date,
  par.is_writeoff,
  par.outstanding_balance_usd AS outstanding,
  par.writeoff_outstanding_balance_usd AS written_off,
  par.par_7_balance_usd AS par_7,
  par.par_30_balance_usd AS par_30,
  par.par_60_balance_usd AS par_60,
  par.par_90_balance_usd AS par_90
FROM looker_loan_par_balances AS par
JOIN int_par_as_of AS day ON day.reporting_date = par.reporting_date
