-- Grain: reporting date. Inputs: int_periods, int_financial_position. Which statement stands for which date, and what is
-- in it: the newest on or before the as-of day.
SELECT
  period.reporting_date,
  period.as_of,
  statement.statement_date,
  statement.cash,
  statement.assets,
  statement.liabilities,
  statement.net_worth,
  statement.net_income
FROM int_periods AS period
ASOF LEFT JOIN int_financial_position AS statement ON statement.statement_date <= period.as_of
ORDER BY period.reporting_date
