-- Grain: reporting date. Inputs: int_periods, int_financial_position. The newest statement on or before the as-of day;
-- as_of is the day of that statement, so that a result says how old its source is.
SELECT
  period.reporting_date,
  coalesce(statement.statement_date, period.as_of) AS as_of,
  coalesce(statement.cash, 0) AS cash,
  CAST(statement.cash IS NULL AS INTEGER) AS cash_missing,
  CASE WHEN statement.equity > 0 THEN statement.debt ELSE 0 END AS debt,
  CASE WHEN statement.equity > 0 THEN statement.equity ELSE 0 END AS equity,
  CAST(statement.debt IS NULL OR statement.equity IS NULL AS INTEGER) AS debt_missing,
  CAST(coalesce(statement.equity <= 0, false) AS INTEGER) AS equity_used_up
FROM int_periods AS period
ASOF LEFT JOIN int_financial_position AS statement ON statement.statement_date <= period.as_of
