-- KPIs as facts: of each version the value at each reporting date, from the newest run that knows it. A view, so that a
-- run that is corrected, or found to be wrong, takes its values with it.

CREATE VIEW analytics.kpi_history AS
SELECT DISTINCT ON (value.kpi_name, value.kpi_def_version, value.reporting_date)
  value.kpi_name,
  value.kpi_def_version,
  definition.name,
  definition.category,
  definition.owner_agent AS owner,
  value.reporting_date,
  value.as_of,
  value.value_numeric,
  value.numerator,
  value.denominator,
  value.unit,
  value.status,
  value.reason,
  run.run_key,
  run.book_id,
  run.ended_at AS computed_at
FROM analytics.kpi_values AS value
JOIN analytics.pipeline_runs AS run USING (run_id)
JOIN analytics.kpi_definitions AS definition
  ON definition.kpi_key = value.kpi_name AND definition.version = value.kpi_def_version
ORDER BY
  value.kpi_name,
  value.kpi_def_version,
  value.reporting_date,
  value.as_of DESC,
  run.as_of DESC NULLS LAST,
  run.ended_at DESC,
  run.run_id;
