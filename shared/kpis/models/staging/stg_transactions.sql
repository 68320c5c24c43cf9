-- Grain: loan, type of transaction and day. Inputs: looker_transactions, report. Up to the day that is reported.
-- A rebate moves interest and VAT into principal without cash: both are below zero, and total is zero.
SELECT
  transaction.loan_id,
  transaction.transaction_type,
  transaction.date_paid,
  transaction.principal,
  transaction.interest,
  transaction.fees,
  transaction.other,
  transaction.to_tax AS tax,
  CAST(
    transaction.principal + transaction.interest + transaction.fees + transaction.other + transaction.to_tax
    AS DECIMAL(18, 2)
  ) AS total
FROM looker_transactions AS transaction
JOIN report ON transaction.date_paid <= report.as_of
