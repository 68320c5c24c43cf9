-- Grain: check of the transactions. Inputs: looker_transactions, looker_loans, book_entries.
-- violations are rows that break the check, or whole USD of a sum that does not agree. What is needed: see
-- int_quality_loans.
-- Stored: so that the checks of one dataset are made after those of another, and not all at the same time.
WITH transactions AS (
  SELECT
    count(*) AS transactions,
    count(*) FILTER (WHERE loan.loan_id IS NULL) AS unknown_loans,
    count(*) FILTER (WHERE transaction.date_paid > snapshot.as_of) AS later,
    count(*) FILTER (
      WHERE transaction.transaction_type = 'PAYMENT' AND transaction.date_paid < loan.disburse_date
    ) AS too_early,
    sum(
      CASE
        WHEN transaction.transaction_type = 'DISBURSEMENT' THEN transaction.principal
        ELSE -transaction.principal
      END
    ) AS owed,
    count(*) FILTER (WHERE transaction.date_paid IS NULL)
      + count(*) FILTER (WHERE transaction.principal IS NULL)
      + count(*) FILTER (WHERE transaction.interest IS NULL)
      + count(*) FILTER (WHERE transaction.fees IS NULL) AS missing
  FROM looker_transactions AS transaction
  JOIN book_entries AS snapshot ON snapshot.relation = 'looker_transactions'
  LEFT JOIN looker_loans AS loan ON loan.loan_id = transaction.loan_id
),
tape AS (
  SELECT sum(outstanding_balance) AS total FROM looker_loans
),
days AS (
  SELECT count(DISTINCT as_of) AS days FROM book_entries WHERE relation IN ('looker_loans', 'looker_transactions')
)
SELECT
  'transactions' AS dataset,
  'every transaction is of a known loan' AS check_name,
  unknown_loans AS violations,
  0 AS cells,
  0 AS missing
FROM transactions
UNION ALL
SELECT 'transactions', 'no transaction is after the day of the file', later, 0, 0
FROM transactions
UNION ALL
SELECT 'transactions', 'no payment is before its disbursement', too_early, 0, 0
FROM transactions
UNION ALL
SELECT
  'transactions',
  'loans and transactions of the same day agree within USD 1',
  CASE
    WHEN abs(transactions.owed - tape.total) > 1
    THEN CAST(ceil(abs(transactions.owed - tape.total)) AS BIGINT)
    ELSE 0
  END,
  0,
  0
FROM transactions
CROSS JOIN tape
JOIN days ON days.days = 1
UNION ALL
SELECT
  'transactions',
  'at most 2 % of the cells that are needed are empty',
  CASE WHEN missing * 50 > transactions * 4 THEN missing ELSE 0 END,
  transactions * 4,
  missing
FROM transactions
