-- Grain: loan and label of the PAR file on which the file and the rebuilt balances differ. Inputs:
-- stg_loan_par_balances, int_rebuilt_balances, int_par_compared_dates. A row that one of them lacks differs too.
-- Stored: read by a KPI and a table.
WITH published AS (
  SELECT par.*
  FROM stg_loan_par_balances AS par
  JOIN int_par_compared_dates AS dates ON dates.reporting_date = par.reporting_date
),
rebuilt AS (
  SELECT dates.reporting_date, balance.*
  FROM int_rebuilt_balances AS balance
  JOIN int_par_compared_dates AS dates ON dates.as_of = balance.as_of
  WHERE balance.balance > 0 OR balance.disburse_date >= dates.period_start
)
SELECT
  reporting_date,
  loan_id,
  CASE
    WHEN rebuilt.loan_id IS NULL THEN 'only in the PAR file'
    WHEN published.loan_id IS NULL THEN 'not in the PAR file'
    ELSE 'other values'
  END AS difference,
  published.dpd AS dpd,
  rebuilt.dpd AS rebuilt_dpd,
  CAST(published.outstanding + published.written_off AS DECIMAL(18, 2)) AS balance,
  rebuilt.balance AS rebuilt_balance,
  CAST(
    abs(coalesce(published.outstanding, 0) - coalesce(rebuilt.outstanding, 0))
    + abs(coalesce(published.written_off, 0) - coalesce(rebuilt.written_off, 0))
    AS DECIMAL(18, 2)
  ) AS amount
FROM published
FULL JOIN rebuilt USING (reporting_date, loan_id)
WHERE
  published.dpd IS DISTINCT FROM rebuilt.dpd
  OR published.is_writeoff IS DISTINCT FROM rebuilt.is_writeoff
  OR published.outstanding IS DISTINCT FROM rebuilt.outstanding
  OR published.written_off IS DISTINCT FROM rebuilt.written_off
  OR published.par_7 IS DISTINCT FROM rebuilt.par_7
  OR published.par_30 IS DISTINCT FROM rebuilt.par_30
  OR published.par_60 IS DISTINCT FROM rebuilt.par_60
  OR published.par_90 IS DISTINCT FROM rebuilt.par_90
