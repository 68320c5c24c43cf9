-- What was computed, from which bytes, by which code and definitions: for auditors, and for whoever reads KPIs by SQL.
-- Aggregates and hashes alone: no row of a file, no file name, no person.

CREATE TABLE analytics.pipeline_runs (
  run_id uuid PRIMARY KEY,
  -- The id that people know, from which run_id follows.
  run_key text NOT NULL UNIQUE CHECK (run_key ~ '^run_[0-9a-f]{12}$'),
  -- The newest one; an older one never replaces it.
  attempt integer NOT NULL CHECK (attempt > 0),
  dataset text NOT NULL,
  contract text NOT NULL,
  contract_version integer NOT NULL,
  as_of date,
  book_id text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- sha256 of all KPI definitions and models; empty for a run that no KPI was computed in.
  config_version text CHECK (config_version ~ '^[0-9a-f]{64}$'),
  git_sha text NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'success', 'failed', 'canceled')),
  -- The same, with the fault of the data told from that of the machinery.
  outcome text NOT NULL CHECK (outcome IN ('running', 'success', 'rejected', 'failed', 'canceled')),
  CHECK (status = CASE outcome WHEN 'rejected' THEN 'failed' ELSE outcome END)
);

CREATE TABLE analytics.raw_artifacts (
  artifact_id uuid PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES analytics.pipeline_runs,
  endpoint text NOT NULL,
  -- Empty for reference data, which stands for no day, and for files whose day was not found.
  as_of date,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  storage_uri text,
  created_at timestamptz NOT NULL,
  UNIQUE (run_id, endpoint, sha256)
);

CREATE TABLE analytics.kpi_definitions (
  kpi_key text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  name text NOT NULL,
  category text NOT NULL,
  unit text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('higher-is-better', 'lower-is-better', 'neutral')),
  "window" text NOT NULL,
  basis text NOT NULL,
  green text,
  yellow text,
  red text,
  owner_agent text NOT NULL,
  source_tables text[] NOT NULL,
  PRIMARY KEY (kpi_key, version)
);

CREATE TABLE analytics.kpi_values (
  id uuid PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES analytics.pipeline_runs,
  as_of date NOT NULL,
  reporting_date date NOT NULL,
  kpi_name text NOT NULL,
  value_numeric numeric,
  numerator numeric,
  denominator numeric,
  unit text NOT NULL,
  precision integer NOT NULL CHECK (precision >= 0),
  status text NOT NULL CHECK (status IN ('ok', 'warning', 'critical', 'not-computable')),
  reason text,
  -- Of the file that the run is about where the KPI reads it, otherwise of the first that it reads.
  raw_sha256 text,
  raw_artifact_id uuid REFERENCES analytics.raw_artifacts,
  -- Of all files that the KPI reads.
  inputs_hash text NOT NULL,
  kpi_def_version integer NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (run_id, as_of, kpi_name, kpi_def_version),
  FOREIGN KEY (kpi_name, kpi_def_version) REFERENCES analytics.kpi_definitions,
  CHECK ((status = 'not-computable') = (value_numeric IS NULL))
);
CREATE INDEX ON analytics.kpi_values (kpi_name, as_of);
CREATE INDEX ON analytics.kpi_values (raw_artifact_id);

CREATE TABLE analytics.data_quality_results (
  id uuid PRIMARY KEY,
  run_id uuid NOT NULL UNIQUE REFERENCES analytics.pipeline_runs,
  -- Shares of 1.
  completeness numeric CHECK (completeness BETWEEN 0 AND 1),
  freshness_hours numeric,
  -- Empty where no reference was evaluated.
  referential_integrity_pass boolean,
  notes_json jsonb NOT NULL,
  created_at timestamptz NOT NULL
);
