-- Grain: check of the balances. Inputs: stg_loan_par_balances, stg_loans, book_entries.
-- violations are rows that break the check, or whole USD of a sum that does not agree. What is needed: see
-- int_quality_loans. The loans have balances of their own day alone, so the two are compared when that is the newest
-- of the balances.
-- Stored: so that the checks of one dataset are made after those of another, and not all at the same time.
WITH balances AS (
  SELECT
    count(*) AS balances,
    count(*) FILTER (
      WHERE NOT (
        par.outstanding >= par.par_7
        AND par.par_7 >= par.par_30
        AND par.par_30 >= par.par_60
        AND par.par_60 >= par.par_90
        AND par.par_90 >= 0
      )
    ) AS not_nested,
    count(*) FILTER (
      WHERE par.is_writeoff <> (par.dpd > 180) OR (par.is_writeoff AND par.outstanding <> 0)
    ) AS odd_writeoffs,
    count(*) FILTER (WHERE loan.loan_id IS NULL) AS unknown_loans,
    count(*) FILTER (WHERE par.outstanding IS NULL)
      + count(*) FILTER (WHERE par.par_7 IS NULL)
      + count(*) FILTER (WHERE par.par_30 IS NULL)
      + count(*) FILTER (WHERE par.par_60 IS NULL)
      + count(*) FILTER (WHERE par.par_90 IS NULL)
      + count(*) FILTER (WHERE par.dpd IS NULL) AS missing
  FROM stg_loan_par_balances AS par
  LEFT JOIN stg_loans AS loan ON loan.loan_id = par.loan_id
),
newest AS (
  SELECT as_of, sum(CAST(outstanding AS DECIMAL(36, 2)) + written_off) AS total
  FROM stg_loan_par_balances
  WHERE reporting_date = (SELECT max(reporting_date) FROM stg_loan_par_balances)
  GROUP BY as_of
),
tape AS (
  SELECT max(snapshot.as_of) AS as_of, sum(loan.outstanding) AS total
  FROM stg_loans AS loan
  JOIN book_entries AS snapshot ON snapshot.relation = 'looker_loans'
)
SELECT
  'loan_par_balances' AS dataset,
  'balances at risk nest: 7 days hold 30, 30 hold 60, 60 hold 90' AS check_name,
  CAST(not_nested AS BIGINT) AS violations,
  CAST(0 AS BIGINT) AS cells,
  CAST(0 AS BIGINT) AS missing
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
JOIN tape ON tape.as_of = newest.as_of AND tape.total IS NOT NULL
UNION ALL
SELECT
  'loan_par_balances',
  'at most 2 % of the cells that are needed are empty',
  CASE WHEN missing * 50 > balances * 6 THEN missing ELSE 0 END,
  balances * 6,
  missing
FROM balances
