-- Grain: loan and due date. Input: looker_schedules. What falls due after the reported day is here too: it was agreed
-- when the loan was made.
SELECT
  loan_id,
  date_due,
  principal,
  interest,
  fees,
  other,
  to_tax AS tax,
  CAST(principal + interest + fees + other + to_tax AS DECIMAL(18, 2)) AS total
FROM looker_schedules
