-- Grain: day of a statement. Inputs: manual_financial_statements_long, book_entries, report. The rows of a day as one:
-- a figure goes by any name that its column has in the wide shape, in any case, with or without accents. A row of
-- another name is left alone. Should two names of one figure stand on one day, the larger value is taken.
WITH named AS (
  SELECT
    coalesce(statement.reporting_date, snapshot.as_of) AS statement_date,
    trim(regexp_replace(lower(strip_accents(statement.metric)), '[^a-z0-9]+', '_', 'g'), '_') AS metric,
    statement.value
  FROM manual_financial_statements_long AS statement
  JOIN book_entries AS snapshot ON snapshot.relation = 'manual_financial_statements_long'
  JOIN report ON coalesce(statement.reporting_date, snapshot.as_of) <= report.as_of
),
figures AS (
  SELECT
    statement_date,
    value,
    CASE
      WHEN metric IN (
        'cash_balance_usd', 'cash_balance', 'cash_usd', 'cash', 'cash_on_hand', 'efectivo', 'caja'
      ) THEN 'cash'
      WHEN metric IN (
        'total_assets_usd', 'total_assets', 'assets_total', 'total_activos', 'activos_totales'
      ) THEN 'assets'
      WHEN metric IN (
        'total_liabilities_usd', 'total_liabilities', 'liabilities_total', 'total_pasivos', 'pasivos_totales'
      ) THEN 'liabilities'
      WHEN metric IN (
        'net_worth_usd', 'net_worth', 'equity', 'total_equity', 'equity_total', 'patrimonio', 'patrimonio_total'
      ) THEN 'net_worth'
      WHEN metric IN (
        'net_income_usd', 'net_income', 'net_profit', 'utilidad_neta', 'utilidad', 'resultado_neto'
      ) THEN 'net_income'
      WHEN metric IN (
        'debt_to_equity_ratio', 'debt_equity_ratio', 'debt_to_equity', 'deuda_patrimonio'
      ) THEN 'debt_to_equity'
    END AS figure
  FROM named
)
SELECT
  statement_date,
  CAST(max(value) FILTER (WHERE figure = 'cash') AS DECIMAL(18, 2)) AS cash,
  CAST(max(value) FILTER (WHERE figure = 'assets') AS DECIMAL(18, 2)) AS assets,
  CAST(max(value) FILTER (WHERE figure = 'liabilities') AS DECIMAL(18, 2)) AS liabilities,
  CAST(max(value) FILTER (WHERE figure = 'net_worth') AS DECIMAL(18, 2)) AS net_worth,
  CAST(max(value) FILTER (WHERE figure = 'net_income') AS DECIMAL(18, 2)) AS net_income,
  max(value) FILTER (WHERE figure = 'debt_to_equity') AS debt_to_equity
FROM figures
WHERE figure IS NOT NULL
GROUP BY statement_date
