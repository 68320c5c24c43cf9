-- Grain: reporting date. Inputs: cascade_loan_tape_par, the portfolio's PAR balances already added up; report. Dates
-- after the reported day are left out.
SELECT
  tape.reporting_date,
  tape.outstanding_balance_usd AS outstanding,
  tape.par_7_balance_usd AS par_7,
  tape.par_30_balance_usd AS par_30,
  tape.par_60_balance_usd AS par_60,
  tape.par_90_balance_usd AS par_90
FROM cascade_loan_tape_par AS tape
JOIN report ON tape.reporting_date <= report.as_of
