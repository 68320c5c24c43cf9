-- Grain: reporting date. Input: cascade_loan_tape_par, the portfolio's PAR balances already added up.
SELECT
  reporting_date,
  outstanding_balance_usd AS outstanding,
  par_7_balance_usd AS par_7,
  par_30_balance_usd AS par_30,
  par_60_balance_usd AS par_60,
  par_90_balance_usd AS par_90
FROM cascade_loan_tape_par
