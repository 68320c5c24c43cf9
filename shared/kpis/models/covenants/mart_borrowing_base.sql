-- Grain: reporting date that has balances: what all its loans allow to be borrowed, and the company's cash.
-- Inputs: mart_eligible_loans, int_financial_position. Cash is that of the newest statement on or before the day of the
-- balances, which is never after its label; cash_missing is 1 where no statement tells it. unknown_loans are live loans
-- without terms.
SELECT
  loans.reporting_date,
  loans.as_of,
  loans.advance,
  loans.unknown_loans,
  coalesce(statement.cash, 0) AS cash,
  CAST(statement.cash IS NULL AS INTEGER) AS cash_missing
FROM (
  SELECT
    reporting_date,
    max(as_of) AS as_of,
    least(reporting_date, max(as_of)) AS day,
    sum(advance) AS advance,
    count(*) FILTER (WHERE lacks_terms) AS unknown_loans
  FROM mart_eligible_loans
  GROUP BY reporting_date
) AS loans
ASOF LEFT JOIN int_financial_position AS statement ON statement.statement_date <= loans.day
