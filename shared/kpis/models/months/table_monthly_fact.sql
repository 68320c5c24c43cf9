-- Grain: month. Inputs: int_month_figures, report. The contract of the dashboard: these columns in this order, oldest
-- month first. There are rows when months are reported.
-- What no dataset of the book tells, and a ratio without anything to divide by, is empty. Percents are in points, the
-- other ratios plain. Each ratio is divided once, from whole cents, to six decimals (half away from zero).
WITH ratios AS (
  SELECT reporting_date, 'top10_concentration' AS name, top10 * 100 AS part, outstanding AS whole FROM int_month_figures
  UNION ALL
  SELECT reporting_date, 'collection_rate_due_month', due_collected * 100, due_to_collect FROM int_month_figures
  UNION ALL
  SELECT reporting_date, 'recurrence_pct', interest * 100, revenue FROM int_month_figures
  UNION ALL
  SELECT reporting_date, 'rotation', throughput, outstanding FROM int_month_figures
  UNION ALL
  SELECT reporting_date, 'apr_realized', interest_12 * 12, outstanding_12 FROM int_month_figures
  UNION ALL
  SELECT reporting_date, 'yield_incl_fees', revenue_12 * 12, outstanding_12 FROM int_month_figures
  UNION ALL
  SELECT reporting_date, 'sam_penetration', throughput, serviceable_market FROM int_month_figures
  UNION ALL
  SELECT reporting_date, 'cac', spend, new_clients FROM int_month_figures
  UNION ALL
  SELECT reporting_date, 'ltv_realized', ripe_revenue, ripe_customers FROM int_month_figures
  UNION ALL
  SELECT
    reporting_date,
    'ltv_cac_ratio',
    CAST(ripe_revenue AS DECIMAL(26, 2)) * new_clients,
    CASE WHEN new_clients > 0 THEN CAST(spend AS DECIMAL(26, 2)) * ripe_customers END
  FROM int_month_figures
),
cents AS (
  SELECT reporting_date, name, CAST(part * 100 AS HUGEINT) AS part, CAST(whole * 100 AS HUGEINT) AS whole
  FROM ratios
  WHERE part IS NOT NULL AND whole > 0
),
divided AS (
  SELECT
    reporting_date,
    name,
    CAST(sign(part) * ((2 * abs(part) * 1000000 + whole) // (2 * whole)) AS DECIMAL(24, 0))
      * CAST(0.000001 AS DECIMAL(7, 6)) AS ratio
  FROM cents
),
wide AS (
  SELECT
    reporting_date,
    max(ratio) FILTER (WHERE name = 'top10_concentration') AS top10_concentration,
    max(ratio) FILTER (WHERE name = 'collection_rate_due_month') AS collection_rate_due_month,
    max(ratio) FILTER (WHERE name = 'recurrence_pct') AS recurrence_pct,
    max(ratio) FILTER (WHERE name = 'rotation') AS rotation,
    max(ratio) FILTER (WHERE name = 'apr_realized') AS apr_realized,
    max(ratio) FILTER (WHERE name = 'yield_incl_fees') AS yield_incl_fees,
    max(ratio) FILTER (WHERE name = 'sam_penetration') AS sam_penetration,
    max(ratio) FILTER (WHERE name = 'cac') AS cac,
    max(ratio) FILTER (WHERE name = 'ltv_realized') AS ltv_realized,
    max(ratio) FILTER (WHERE name = 'ltv_cac_ratio') AS ltv_cac_ratio
  FROM divided
  GROUP BY reporting_date
)
SELECT
  figure.reporting_date AS month,
  figure.outstanding,
  figure.active_clients,
  CAST(figure.interest_due + figure.fees_due AS DECIMAL(36, 2)) AS sched_revenue,
  figure.revenue AS recv_revenue_paid_month,
  figure.interest_due AS sched_interest,
  figure.interest AS recv_interest_paid_month,
  figure.fees AS recv_fee_paid_month,
  figure.fees_due AS sched_fee,
  figure.new_clients,
  figure.reactivated_clients,
  figure.recovered_clients,
  figure.recurrent_clients,
  figure.disbursement,
  wide.top10_concentration,
  figure.early,
  figure.late,
  figure.on_time,
  figure.unmapped,
  wide.collection_rate_due_month,
  figure.revenue_due_to_date AS cum_scheduled,
  figure.revenue_to_date AS cum_received_paid_month,
  figure.due_revenue_to_date AS cum_received_due_month,
  figure.interest_received AS recv_interest_for_month,
  figure.fees_received AS recv_fee_for_month,
  CAST(figure.interest_received + figure.fees_received AS DECIMAL(36, 2)) AS recv_revenue_for_month,
  wide.recurrence_pct,
  figure.throughput AS throughput_12m,
  wide.rotation,
  wide.apr_realized,
  wide.yield_incl_fees,
  wide.sam_penetration,
  wide.cac,
  wide.ltv_realized,
  wide.ltv_cac_ratio,
  figure.customers_to_date AS cum_unique_customers
FROM int_month_figures AS figure
JOIN report ON report.grain = 'month'
LEFT JOIN wide ON wide.reporting_date = figure.reporting_date
ORDER BY month
