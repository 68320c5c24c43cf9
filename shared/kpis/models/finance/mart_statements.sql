-- Grain: day of a statement. Input: int_financial_position. Stands in for mart_financial_position in a book without
-- loans, which has no other reporting dates.
SELECT
  statement_date AS reporting_date,
  statement_date AS as_of,
  coalesce(cash, 0) AS cash,
  CAST(cash IS NULL AS INTEGER) AS cash_missing,
  CASE WHEN equity > 0 THEN debt ELSE 0 END AS debt,
  CASE WHEN equity > 0 THEN equity ELSE 0 END AS equity,
  CAST(debt IS NULL OR equity IS NULL AS INTEGER) AS debt_missing,
  CAST(coalesce(equity <= 0, false) AS INTEGER) AS equity_used_up
FROM int_financial_position
