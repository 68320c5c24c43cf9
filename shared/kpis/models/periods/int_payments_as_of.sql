-- Grain: one row. Inputs: looker_loans, looker_transactions, book_entries, report.
-- The day up to which it is known what was paid: after it nothing is known, which is not the same as nothing paid.
-- A file of transactions is of the day of its newest one, which is often some days before it was made. Where the loans
-- are up to a week newer, and what they owe is what the transactions leave of them within USD 1, nothing was paid
-- since.
-- Stored: both files are read whole for one day, which a dozen models ask for.
WITH owed AS (
  SELECT
    coalesce(sum(CASE WHEN transaction_type = 'DISBURSEMENT' THEN principal ELSE -principal END), 0) AS by_transactions
  FROM looker_transactions
),
tape AS (
  SELECT coalesce(sum(outstanding_balance), 0) AS by_loans FROM looker_loans
)
SELECT
  least(
    report.as_of,
    CASE
      WHEN loans.as_of > payments.as_of AND loans.as_of <= payments.as_of + 7 AND abs(by_transactions - by_loans) <= 1
        THEN loans.as_of
      ELSE payments.as_of
    END
  ) AS as_of
FROM owed
CROSS JOIN tape
CROSS JOIN report
JOIN book_entries AS payments ON payments.relation = 'looker_transactions'
JOIN book_entries AS loans ON loans.relation = 'looker_loans'
