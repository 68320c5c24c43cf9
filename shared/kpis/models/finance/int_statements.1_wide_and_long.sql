-- Grain: day of a statement. Inputs: stg_statements_wide, stg_statements_long. Where both shapes have a figure of one
-- day, the wide one is taken.
SELECT
  statement_date,
  coalesce(wide.cash, long.cash) AS cash,
  coalesce(wide.assets, long.assets) AS assets,
  coalesce(wide.liabilities, long.liabilities) AS liabilities,
  coalesce(wide.net_worth, long.net_worth) AS net_worth,
  coalesce(wide.net_income, long.net_income) AS net_income,
  coalesce(wide.debt_to_equity, long.debt_to_equity) AS debt_to_equity
FROM stg_statements_wide AS wide
FULL JOIN stg_statements_long AS long USING (statement_date)
