-- Grain: check of the balances. Inputs: looker_loan_par_balances, looker_loans, book_entries.
-- violations are rows that break the check, or whole USD of a sum that does not agree. What is needed: see
-- int_quality_loans.
-- Stored: so that the checks of one dataset are made after those of another, and not all at the same time.
WITH balances AS (
  SELECT
    count(*) AS balances,
    count(*) FILTER (
      WHERE NOT (
        par.outstanding_balance_usd >= par.par_7_balance_usd
        AND par.par_7_balance_usd >= par.par_30_balance_usd
        AND par.par_30_balance_usd >= par.par_60_balance_usd
        AND par.par_60_balance_usd >= par.par_90_balance_usd
        AND par.par_90_balance_usd >= 0
      )
    ) AS not_nested,
    count(*) FILTER (
      WHERE par.is_writeoff <> (par.dpd > 180) OR (par.is_writeoff AND par.outstanding_balance_usd <> 0)
    ) AS odd_writeoffs,
    count(*) FILTER (WHERE loan.loan_id IS NULL) AS unknown_loans,
    count(*) FILTER (WHERE par.outstanding_balance_usd IS NULL)
      + count(*) FILTER (WHERE par.par_7_balance_usd IS NULL)
      + count(*) FILTER (WHERE par.par_30_balance_usd IS NULL)
      + count(*) FILTER (WHERE par.par_60_balance_usd IS NULL)
      + count(*) FILTER (WHERE par.par_90_balance_usd IS NULL)
      + count(*) FILTER (WHERE par.dpd IS NULL) AS missing
  FROM looker_loan_par_balances AS par
  LEFT JOIN looker_loans AS loan ON loan.loan_id = par.loan_id_raw
),
newest AS (
  SELECT sum(outstanding_balance_usd + writeoff_outstanding_balance_usd) AS total
  FROM looker_loan_par_balances
  WHERE reporting_date = (SELECT max(reporting_date) FROM looker_loan_par_balances)
),
tape AS (
  SELECT sum(outstanding_balance) AS total FROM looker_loans
),
days AS (
  SELECT count(DISTINCT as_of) AS days
  FROM book_entries
  WHERE relation IN ('looker_loans', 'looker_loan_par_balances')
)
SELECT
  'loan_par_balances' AS dataset,
  'balances at risk nest: 7 days hold 30, 30 hold 60, 60 hold 90' AS check_name,
  not_nested AS violations,
  0 AS cells,
  0 AS missing
FROM balances
UNION ALL
SELECT 'loan_par_balances', 'written off is what is more than 180 days late, and has no balance', odd_writeoffs, 0, 0
FROM balances
UNION ALL
SELECT 'loan_par_balances', 'every balance is of a known loan', unknown_loans, 0, 0
FROM balances
UNION ALL
SELECT
  'loan_par_balances',
  'loans and balances of the same day agree within USD 50',
  CASE
    WHEN abs(newest.total - tape.total) > 50 THEN CAST(ceil(abs(newest.total - tape.total)) AS BIGINT)
    ELSE 0
  END,
  0,
  0
FROM newest
CROSS JOIN tape
JOIN days ON days.days = 1
UNION ALL
SELECT
  'loan_par_balances',
  'at most 2 % of the cells that are needed are empty',
  CASE WHEN missing * 50 > balances * 6 THEN missing ELSE 0 END,
  balances * 6,
  missing
FROM balances
