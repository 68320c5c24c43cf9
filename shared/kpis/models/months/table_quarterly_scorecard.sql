-- Grain: quarter. Inputs: int_month_figures, report. Oldest quarter first; the newest is to date. There are rows when
-- months or quarters are reported.
-- Sales are the principal disbursed, in millions. A quarter in which a month has no marketing spend has no cost of
-- winning a customer, and one of which a month's payments are not known has neither recurrence nor value; value is that
-- of the last month. Each ratio is divided once, from whole cents, to six decimals
-- (half away from zero).
WITH quarters AS (
  SELECT
    CAST(date_trunc('quarter', figure.reporting_date) + INTERVAL 3 MONTH AS DATE) - 1 AS quarter,
    max(figure.as_of) AS as_of,
    CAST(sum(figure.disbursement) AS DECIMAL(36, 2)) AS disbursement,
    CAST(CASE WHEN count(*) = count(figure.revenue) THEN sum(figure.interest) END AS DECIMAL(36, 2)) AS interest,
    CAST(CASE WHEN count(*) = count(figure.revenue) THEN sum(figure.revenue) END AS DECIMAL(36, 2)) AS revenue,
    max_by(figure.customers_to_date, figure.reporting_date) AS clients_eop,
    CAST(CASE WHEN count(*) = count(figure.spend) THEN sum(figure.spend) END AS DECIMAL(36, 2)) AS spend,
    CAST(sum(figure.new_clients) AS BIGINT) AS new_clients,
    arg_max_null(figure.ripe_customers, figure.reporting_date) AS ripe_customers,
    arg_max_null(figure.ripe_revenue, figure.reporting_date) AS ripe_revenue
  FROM int_month_figures AS figure
  JOIN report ON report.grain IN ('month', 'quarter')
  GROUP BY 1
),
ratios AS (
  SELECT quarter, 'sales' AS name, disbursement AS part, 1000000 AS whole FROM quarters
  UNION ALL
  SELECT quarter, 'recurrence_pct', interest * 100, revenue FROM quarters
  UNION ALL
  SELECT quarter, 'cac', spend, new_clients FROM quarters
  UNION ALL
  SELECT quarter, 'ltv', ripe_revenue, ripe_customers FROM quarters
  UNION ALL
  SELECT
    quarter,
    'ltv_cac_ratio',
    CAST(ripe_revenue AS DECIMAL(26, 2)) * new_clients,
    CASE WHEN new_clients > 0 THEN CAST(spend AS DECIMAL(26, 2)) * ripe_customers END
  FROM quarters
),
cents AS (
  SELECT quarter, name, CAST(part * 100 AS HUGEINT) AS part, CAST(whole * 100 AS HUGEINT) AS whole
  FROM ratios
  WHERE part IS NOT NULL AND whole > 0
),
divided AS (
  SELECT
    quarter,
    name,
    CAST(sign(part) * ((2 * abs(part) * 1000000 + whole) // (2 * whole)) AS DECIMAL(24, 0))
      * CAST(0.000001 AS DECIMAL(7, 6)) AS ratio
  FROM cents
),
wide AS (
  SELECT
    quarter,
    max(ratio) FILTER (WHERE name = 'sales') AS sales,
    max(ratio) FILTER (WHERE name = 'recurrence_pct') AS recurrence_pct,
    max(ratio) FILTER (WHERE name = 'cac') AS cac,
    max(ratio) FILTER (WHERE name = 'ltv') AS ltv,
    max(ratio) FILTER (WHERE name = 'ltv_cac_ratio') AS ltv_cac_ratio
  FROM divided
  GROUP BY quarter
)
SELECT
  quarters.quarter,
  quarters.as_of,
  wide.sales AS sales_usd_million,
  wide.recurrence_pct,
  quarters.clients_eop,
  wide.cac,
  wide.ltv,
  wide.ltv_cac_ratio
FROM quarters
LEFT JOIN wide ON wide.quarter = quarters.quarter
ORDER BY quarters.quarter
