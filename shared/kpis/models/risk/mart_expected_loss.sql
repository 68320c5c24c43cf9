-- Grain: live loan and reporting date; a date without one is a row without amounts. Inputs: int_loan_snapshots,
-- int_balance_dates, stg_customer_lines, stg_risk_parameters.
-- expected_loss is what is outstanding times the parameters of the customer's segment and line. A loan for which there
-- are none is not covered: its balance is uncovered and its loss unknown, not zero.
-- Customer data are asked for and not only made use of: without them no loan would be covered.
SELECT
  day.reporting_date,
  day.as_of,
  live.loan_id,
  live.customer_id,
  coalesce(live.company, 'unknown') AS company,
  coalesce(live.product, 'unknown') AS product,
  coalesce(live.segment, 'unknown') AS segment,
  coalesce(live.customer_type, 'unknown') AS customer_type,
  coalesce(live.subcategoria_linea, 'unknown') AS subcategoria_linea,
  coalesce(live.outstanding, 0.00) AS outstanding,
  coalesce(CASE WHEN parameter.pd IS NULL THEN live.outstanding END, 0.00) AS uncovered,
  coalesce(parameter.pd IS NULL AND live.outstanding > 0, false) AS is_uncovered,
  coalesce(parameter.pd IS NOT NULL OR live.outstanding = 0, true) AS is_covered,
  coalesce(
    CAST(live.outstanding AS DECIMAL(17, 2)) * parameter.ead_factor * parameter.pd * parameter.lgd,
    0.00
  ) AS expected_loss
FROM int_balance_dates AS day
LEFT JOIN int_loan_snapshots AS live ON live.reporting_date = day.reporting_date AND live.is_live
LEFT JOIN stg_customer_lines AS line ON line.customer_id = live.customer_id
LEFT JOIN stg_risk_parameters AS parameter
  ON parameter.segment = line.segment AND parameter.subcategoria_linea = line.subcategoria_linea
