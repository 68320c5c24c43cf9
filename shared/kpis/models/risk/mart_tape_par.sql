-- Grain: reporting date. Input: stg_loan_tape_par.
-- Stands in for mart_loan_par when only the added-up PAR balances are in the book.
SELECT
  reporting_date,
  reporting_date AS as_of,
  outstanding,
  par_7,
  par_30,
  par_60,
  par_90
FROM stg_loan_tape_par
