-- Grain: day of a statement. Inputs: cascade_analytics, report. Without statements of the company, the balance sheet in
-- Cascade's export stands in for them.
SELECT
  analytics.data_as_of AS statement_date,
  analytics.cash_balance_usd AS cash,
  analytics.total_assets_usd AS assets,
  analytics.total_liabilities_usd AS liabilities,
  coalesce(analytics.net_worth_usd, analytics.equity_usd) AS net_worth,
  analytics.net_income_usd AS net_income,
  analytics.debt_to_equity_ratio AS debt_to_equity
FROM cascade_analytics AS analytics
JOIN report ON analytics.data_as_of <= report.as_of
