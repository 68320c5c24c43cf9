-- Grain: loan and reporting date. Input: looker_loan_par_balances.
-- Money in USD under short names. The amounts in the loan's own currency are left out: every KPI is in USD.
SELECT
  loan_id_raw AS loan_id,
  reporting_date,
  CAST(dpd AS INTEGER) AS dpd,
  dpd_date,
  is_writeoff,
  outstanding_balance_usd AS outstanding,
  writeoff_outstanding_balance_usd AS written_off,
  par_7_balance_usd AS par_7,
  par_30_balance_usd AS par_30,
  par_60_balance_usd AS par_60,
  par_90_balance_usd AS par_90
FROM looker_loan_par_balances
