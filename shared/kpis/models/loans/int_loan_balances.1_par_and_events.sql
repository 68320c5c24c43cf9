-- Grain: loan and reporting date. Inputs: stg_loan_par_balances, int_rebuilt_balances, int_balance_dates, report.
-- What the lender published stands where there is such a thing: months and quarters are the PAR file's. Days and
-- weeks, which it does not have, are rebuilt. How both compare is in table_par_reconciliation.
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
JOIN report ON report.grain IN ('month', 'quarter')
UNION ALL
SELECT
  day.reporting_date,
  day.as_of,
  rebuilt.loan_id,
  rebuilt.dpd,
  rebuilt.is_writeoff,
  rebuilt.outstanding,
  rebuilt.written_off,
  rebuilt.par_7,
  rebuilt.par_30,
  rebuilt.par_60,
  rebuilt.par_90
FROM int_rebuilt_balances AS rebuilt
JOIN int_balance_dates AS day ON day.source_date = rebuilt.as_of
JOIN report ON report.grain IN ('day', 'week')
WHERE rebuilt.balance > 0 OR rebuilt.disburse_date >= day.period_start
