-- Grain: loan and reporting date. Inputs: stg_loan_par_balances, int_par_as_of.
-- What the risk KPIs add up. Written-off balances are in written_off and nowhere else: the source has already
-- taken them out of outstanding and of the PAR columns.
SELECT
  par.reporting_date,
  day.as_of,
  par.outstanding,
  par.written_off,
  par.is_writeoff,
  par.par_7,
  par.par_30,
  par.par_60,
  par.par_90
FROM stg_loan_par_balances AS par
JOIN int_par_as_of AS day ON day.reporting_date = par.reporting_date
