-- Grain: day of a statement. Inputs: manual_financial_statements, book_entries, report. A statement without a day has
-- that of its file. Statements after the reported day are left out.
SELECT
  coalesce(statement.reporting_date, snapshot.as_of) AS statement_date,
  statement.cash_balance_usd AS cash,
  statement.total_assets_usd AS assets,
  statement.total_liabilities_usd AS liabilities,
  statement.net_worth_usd AS net_worth,
  statement.net_income_usd AS net_income,
  statement.debt_to_equity_ratio AS debt_to_equity
FROM manual_financial_statements AS statement
JOIN book_entries AS snapshot ON snapshot.relation = 'manual_financial_statements'
JOIN report ON coalesce(statement.reporting_date, snapshot.as_of) <= report.as_of
