import { z } from 'zod';
import { RunId, Sha256 } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';
import { RunStatus } from './run-record.ts';

// What an attempt of a run leaves in the audit tables, row by row and ready to be written. Ids are UUIDs that follow from
// names. Numbers are decimal text. There are aggregates, hashes and our own sentences in it, never a row of a file or its
// name.

const Uuid = z.uuid();
const Instant = z.iso.datetime();
const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/);

export type AuditRun = z.infer<typeof AuditRun>;
export const AuditRun = z.strictObject({
  run_id: Uuid,
  run_key: RunId,
  attempt: z.int().positive(),
  dataset: z.string(),
  contract: z.string(),
  contract_version: z.int(),
  as_of: LocalDate.nullable(),
  book_id: z.string().nullable(),
  started_at: Instant,
  ended_at: Instant,
  config_version: Sha256.nullable(),
  git_sha: z.string(),
  status: z.enum(['running', 'success', 'failed', 'canceled']),
  outcome: RunStatus,
});

export type AuditArtifact = z.infer<typeof AuditArtifact>;
export const AuditArtifact = z.strictObject({
  artifact_id: Uuid,
  run_id: Uuid,
  endpoint: z.string(),
  as_of: LocalDate.nullable(),
  sha256: Sha256,
  storage_uri: z.string().nullable(),
  created_at: Instant,
});

export type AuditDefinition = z.infer<typeof AuditDefinition>;
export const AuditDefinition = z.strictObject({
  kpi_key: z.string(),
  version: z.int().positive(),
  name: z.string(),
  category: z.string(),
  unit: z.string(),
  direction: z.string(),
  /** How long the periods are. */
  window: z.string(),
  /** The SQL model that is measured. */
  basis: z.string(),
  green: z.string().nullable(),
  yellow: z.string().nullable(),
  red: z.string().nullable(),
  owner_agent: z.string(),
  source_tables: z.array(z.string()),
});

export type AuditValue = z.infer<typeof AuditValue>;
export const AuditValue = z.strictObject({
  id: Uuid,
  run_id: Uuid,
  as_of: LocalDate,
  reporting_date: LocalDate,
  kpi_name: z.string(),
  value_numeric: Decimal.nullable(),
  numerator: Decimal.nullable(),
  denominator: Decimal.nullable(),
  unit: z.string(),
  precision: z.int().nonnegative(),
  status: z.string(),
  reason: z.string().nullable(),
  raw_sha256: Sha256.nullable(),
  raw_artifact_id: Uuid.nullable(),
  inputs_hash: Sha256,
  kpi_def_version: z.int().positive(),
  created_at: Instant,
});

export type AuditPart = z.infer<typeof AuditPart>;
export const AuditPart = z.strictObject({
  id: Uuid,
  run_id: Uuid,
  as_of: LocalDate,
  reporting_date: LocalDate,
  kpi_name: z.string(),
  kpi_def_version: z.int().positive(),
  dimension: z.string(),
  dimension_value: z.string(),
  value_numeric: Decimal.nullable(),
  numerator: Decimal.nullable(),
  denominator: Decimal.nullable(),
  status: z.string(),
  reason: z.string().nullable(),
  created_at: Instant,
});

export type AuditQuality = z.infer<typeof AuditQuality>;
export const AuditQuality = z.strictObject({
  id: Uuid,
  run_id: Uuid,
  completeness: Decimal.nullable(),
  freshness_hours: Decimal.nullable(),
  referential_integrity_pass: z.boolean().nullable(),
  notes_json: z.record(z.string(), z.unknown()),
  created_at: Instant,
});

/** By table, in the order in which they are written. */
export type AuditPayload = z.infer<typeof AuditPayload>;
export const AuditPayload = z.strictObject({
  pipeline_runs: z.tuple([AuditRun]),
  raw_artifacts: z.array(AuditArtifact),
  kpi_definitions: z.array(AuditDefinition),
  kpi_values: z.array(AuditValue),
  kpi_parts: z.array(AuditPart),
  data_quality_results: z.tuple([AuditQuality]),
});
