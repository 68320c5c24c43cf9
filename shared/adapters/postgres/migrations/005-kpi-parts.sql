-- Each KPI by the values of its dimensions, at the newest reporting date: PAR 30 of a company, a vintage, a segment.

CREATE TABLE analytics.kpi_parts (
  id uuid PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES analytics.pipeline_runs,
  as_of date NOT NULL,
  reporting_date date NOT NULL,
  kpi_name text NOT NULL,
  kpi_def_version integer NOT NULL,
  dimension text NOT NULL,
  dimension_value text NOT NULL,
  value_numeric numeric,
  numerator numeric,
  denominator numeric,
  status text NOT NULL CHECK (status IN ('ok', 'warning', 'critical', 'not-computable')),
  reason text,
  created_at timestamptz NOT NULL,
  UNIQUE (run_id, as_of, kpi_name, kpi_def_version, dimension, dimension_value),
  FOREIGN KEY (kpi_name, kpi_def_version) REFERENCES analytics.kpi_definitions,
  CHECK ((status = 'not-computable') = (value_numeric IS NULL))
);
CREATE INDEX ON analytics.kpi_parts (kpi_name, as_of);
