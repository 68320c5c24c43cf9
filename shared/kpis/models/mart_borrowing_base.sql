-- Grain: part of a reporting date: what all loans of the date allow to be borrowed, or the company's cash.
-- Inputs: mart_eligible_loans, mart_financial_position. cash_missing is 1 where no statement tells the cash.
SELECT
  reporting_date,
  max(as_of) AS as_of,
  sum(advance) AS advance,
  CAST(0 AS DECIMAL(18, 2)) AS cash,
  0 AS cash_missing
FROM mart_eligible_loans
GROUP BY reporting_date
UNION ALL
SELECT
  position.reporting_date,
  position.as_of,
  0,
  position.cash,
  position.cash_missing
FROM mart_financial_position AS position
WHERE position.reporting_date IN (SELECT reporting_date FROM int_loan_snapshots)
