-- Grain: loan and reporting date. Inputs: stg_loan_par_balances, stg_loans.
-- A left join: a balance whose loan is missing from the loans file still belongs to the portfolio. Its customer
-- and rate are empty, and the KPIs say what they make of that.
SELECT
  par.reporting_date,
  par.loan_id,
  loan.customer_id,
  loan.interest_rate,
  par.outstanding
FROM stg_loan_par_balances AS par
LEFT JOIN stg_loans AS loan ON loan.loan_id = par.loan_id
