-- Grain: check of the transactions. Inputs: stg_transactions, stg_loans, book_entries, report.
-- violations are rows that break the check, whole USD of a sum that does not agree, or days that are not known yet.
-- What is needed: see int_quality_loans. The loans have balances of their own day alone, so the two are compared when
-- both are of one day.
-- What is later than the file's day is looked for in looker_transactions: of the others it has been left out.
-- A file of transactions is of the day of its newest one, which is often some days before it was made.
-- Stored: so that the checks of one dataset are made after those of another, and not all at the same time.
WITH transactions AS (
  SELECT
    count(*) AS transactions,
    max(snapshot.as_of) AS as_of,
    count(*) FILTER (WHERE loan.loan_id IS NULL) AS unknown_loans,
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
  FROM stg_transactions AS transaction
  JOIN book_entries AS snapshot ON snapshot.relation = 'looker_transactions'
  LEFT JOIN stg_loans AS loan ON loan.loan_id = transaction.loan_id
),
tape AS (
  SELECT max(snapshot.as_of) AS as_of, sum(loan.outstanding) AS total
  FROM stg_loans AS loan
  JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loans'
),
days AS (
  SELECT greatest(least(loans.as_of, report.as_of) - snapshot.as_of, 0) AS behind
  FROM book_entries AS snapshot
  JOIN book_entries AS loans ON loans.relation = 'looker_loans'
  CROSS JOIN report
  WHERE snapshot.relation = 'looker_transactions'
)
SELECT
  'transactions' AS dataset,
  'every transaction is of a known loan' AS check_name,
  CAST(unknown_loans AS BIGINT) AS violations,
  CAST(0 AS BIGINT) AS cells,
  CAST(0 AS BIGINT) AS missing
FROM transactions
UNION ALL
SELECT
  'transactions',
  'no transaction is after the day of the file',
  CAST(count(*) FILTER (WHERE transaction.date_paid > snapshot.as_of) AS BIGINT),
  0,
  0
FROM looker_transactions AS transaction
JOIN book_entries AS snapshot ON snapshot.relation = 'looker_transactions'
UNION ALL
SELECT
  'transactions',
  'transactions are at most 7 days older than the loans',
  CASE WHEN behind > 7 THEN behind ELSE 0 END,
  0,
  0
FROM days
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
JOIN tape ON tape.as_of = transactions.as_of AND tape.total IS NOT NULL
UNION ALL
SELECT
  'transactions',
  'at most 2 % of the cells that are needed are empty',
  CASE WHEN missing * 50 > transactions * 4 THEN missing ELSE 0 END,
  transactions * 4,
  missing
FROM transactions
