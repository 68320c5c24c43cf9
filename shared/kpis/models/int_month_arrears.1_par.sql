-- Grain: loan and month end at which it was 30 or more days late. Input: stg_loan_par_balances.
-- The history of arrears, in months whatever the grain of the report is. The balance includes what is written off.
SELECT
  loan_id,
  last_day(reporting_date) AS reporting_date,
  as_of,
  dpd,
  CAST(outstanding + written_off AS DECIMAL(18, 2)) AS balance
FROM stg_loan_par_balances
WHERE dpd >= 30
