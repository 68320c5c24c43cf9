-- The values as monitoring reads them: each once for each book, however many runs had that book.

CREATE VIEW analytics.kpi_monitoring AS
SELECT DISTINCT ON (run.book_id, value.as_of, value.kpi_name)
  run.book_id AS snapshot_id,
  value.as_of AS as_of_date,
  value.kpi_name AS kpi_key,
  value.value_numeric AS value_num,
  jsonb_build_object(
    'numerator', value.numerator::text,
    'denominator', value.denominator::text,
    'unit', value.unit,
    'precision', value.precision,
    'reason', value.reason,
    'version', value.kpi_def_version
  ) AS value_json,
  value.status,
  run.ended_at AS computed_at,
  value.run_id,
  value.inputs_hash
FROM analytics.kpi_values AS value
JOIN analytics.pipeline_runs AS run USING (run_id)
WHERE run.book_id IS NOT NULL
ORDER BY run.book_id, value.as_of, value.kpi_name, value.kpi_def_version DESC, run.ended_at DESC, value.run_id;
