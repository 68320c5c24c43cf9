-- Grain: loan and reporting date. Inputs: int_rebuilt_balances, int_balance_dates.
-- Stands in for the PAR file. A loan without a balance has a row only in the period in which it was made.
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
WHERE rebuilt.balance > 0 OR rebuilt.disburse_date >= day.period_start
