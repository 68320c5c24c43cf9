-- Grain: loan. Input: looker_loans.
-- Two cautions from the source: outstanding still holds balances that were written off, and the status lags
-- by a day, so a loan's state is read from its balance and its days past due.
SELECT
  loan_id,
  customer_id,
  disburse_date,
  disburse_principal AS principal,
  outstanding_balance AS outstanding,
  interest_rate,
  CAST(dpd AS INTEGER) AS dpd
FROM looker_loans
