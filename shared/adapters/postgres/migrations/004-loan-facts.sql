-- Loans as facts: how each loan of a book stood on the day that was reported. Ids are tokens (docs/decisions/pseudonyms.md),
-- and a check keeps any other id out; the columns to divide by are those of the KPIs. No name, no contact, no free text.

CREATE TABLE analytics.loan_days (
  -- The day that the run reports; a day has the loans of one book, the newest.
  as_of date PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES analytics.pipeline_runs,
  -- Of all files that the loans were read from.
  inputs_hash text NOT NULL CHECK (inputs_hash ~ '^[0-9a-f]{64}$'),
  -- sha256 of the models that the loans were read with; that of the run's KPIs unless newer code sent the run again.
  config_version text NOT NULL CHECK (config_version ~ '^[0-9a-f]{64}$'),
  -- The token of a fixed text: same key, same mark. Tokens of two keys never join.
  key_mark text NOT NULL CHECK (key_mark ~ '^v[0-9]{1,4}:[A-Za-z0-9_-]{22}$'),
  -- The period that the balances belong to and their own day; empty where there are no balances at all.
  reporting_date date,
  balances_as_of date,
  loans integer NOT NULL CHECK (loans >= 0),
  outstanding numeric NOT NULL,
  written_off numeric NOT NULL
);
CREATE INDEX ON analytics.loan_days (run_id);

CREATE TABLE analytics.loan_facts (
  as_of date NOT NULL REFERENCES analytics.loan_days ON DELETE CASCADE,
  loan_token text NOT NULL CHECK (loan_token ~ '^v[0-9]{1,4}:[A-Za-z0-9_-]{22}$'),
  customer_token text CHECK (customer_token ~ '^v[0-9]{1,4}:[A-Za-z0-9_-]{22}$'),
  payer_token text CHECK (payer_token ~ '^v[0-9]{1,4}:[A-Za-z0-9_-]{22}$'),
  status text NOT NULL CHECK (status IN ('Current', 'Default', 'Complete', 'Written off')),
  dpd integer NOT NULL CHECK (dpd >= 0),
  -- Of days past due, each up to the first day of the next.
  bucket text NOT NULL CHECK (bucket IN ('0_7', '7_30', '30_60', '60_90', '90_plus', 'written_off')),
  is_live boolean NOT NULL,
  is_writeoff boolean NOT NULL,
  -- US dollars. What is written off is in no other balance.
  outstanding numeric NOT NULL,
  written_off numeric NOT NULL,
  par_7 numeric NOT NULL,
  par_30 numeric NOT NULL,
  par_60 numeric NOT NULL,
  par_90 numeric NOT NULL,
  company text NOT NULL,
  product text NOT NULL,
  state text NOT NULL,
  segment text NOT NULL,
  subcategoria_linea text NOT NULL,
  line_band text NOT NULL,
  customer_type text NOT NULL,
  ticket_band text NOT NULL,
  term_band text NOT NULL,
  vintage text NOT NULL,
  -- Empty without the file of loans.
  disburse_date date,
  maturity_date date,
  term integer,
  principal numeric,
  total_interest numeric,
  total_fees numeric,
  interest_rate numeric,
  PRIMARY KEY (as_of, loan_token)
);
-- What became of one loan, day by day.
CREATE INDEX ON analytics.loan_facts (loan_token);
