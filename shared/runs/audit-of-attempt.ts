import { createHash } from 'node:crypto';
import { contractOf } from '../contracts/registry.ts';
import { type RunId, Sha256 } from '../domain/ids.ts';
import { type LocalDate, REFERENCE_DAY } from '../domain/local-date.ts';
import { toDecimal } from '../domain/rational.ts';
import { uuidV5 } from '../domain/uuid-v5.ts';
import type { ExpectationResult } from '../expectations/expectation-result.ts';
import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';
import type {
  AuditArtifact,
  AuditDefinition,
  AuditPart,
  AuditPayload,
  AuditQuality,
  AuditRun,
  AuditValue,
} from './audit-payload.ts';
import type { Manifest, RunSummary, ValidationReport } from './documents.ts';

/** What an attempt left. */
export type AttemptDocuments = {
  readonly manifest: Manifest;
  readonly summary: RunSummary;
  readonly validation: ValidationReport;
  /** Of an attempt that came to numbers. */
  readonly mart: KpiMart | undefined;
  /** Where the raw file of each run in the book lies. */
  readonly rawPaths: ReadonlyMap<RunId, string>;
};

/** What it leaves in the audit tables: the same, whenever it is made. */
export function auditOfAttempt(documents: AttemptDocuments): AuditPayload {
  const { mart } = documents;
  const artifacts = artifactsOf(documents);
  const results = mart === undefined ? [] : [...mart.kpis, ...mart.former].toSorted(byNameAndVersion);
  return {
    pipeline_runs: [runOf(documents)],
    raw_artifacts: artifacts,
    kpi_definitions: results.map((result) => definitionOf(result, mart?.grain ?? 'month')),
    kpi_values: results.map((result) => valueOf(result, artifacts, documents)),
    kpi_parts: mart === undefined ? [] : partsOf(mart, documents),
    data_quality_results: [qualityOf(documents)],
  };
}

function auditRunId(runId: RunId): string {
  return uuidV5(runId);
}

function runOf({ manifest, summary }: AttemptDocuments): AuditRun {
  const { status } = summary;
  return {
    run_id: auditRunId(summary.runId),
    run_key: summary.runId,
    attempt: summary.attempt,
    dataset: summary.dataset,
    contract: summary.contract,
    contract_version: summary.contractVersion,
    as_of: dayOf(summary.asOf),
    book_id: manifest.bookId ?? null,
    started_at: summary.startedAt,
    ended_at: summary.completedAt,
    config_version: manifest.catalogSha256 ?? null,
    git_sha: manifest.revision,
    // The tables of the seeds have no word for data that was at fault; `outcome` does.
    status: status === 'rejected' ? 'failed' : status,
    outcome: status,
  };
}

/** The run's own file first, then the others that its numbers were computed from. */
function artifactsOf({ manifest, summary, validation, rawPaths }: AttemptDocuments): AuditArtifact[] {
  const { runId, dataset, asOf } = manifest;
  const own = { runId, dataset, asOf, sha256: validation.inputSha256 };
  const others = manifest.book.filter(
    ({ dataset, sha256 }) => dataset !== own.dataset || sha256 !== own.sha256,
  );
  return [own, ...others].map((file) => {
    const path = rawPaths.get(file.runId);
    return {
      artifact_id: uuidV5(`${runId}/${file.dataset}/${file.sha256}`),
      run_id: auditRunId(runId),
      endpoint: file.dataset,
      as_of: dayOf(file.asOf),
      sha256: file.sha256,
      storage_uri: path === undefined ? null : `raw/${path}`,
      created_at: summary.completedAt,
    };
  });
}

function definitionOf(result: KpiResult, grain: KpiMart['grain']): AuditDefinition {
  return {
    kpi_key: result.id,
    version: result.version,
    name: result.name,
    category: result.id.split('.', 1).join(''),
    unit: result.unit,
    direction: result.direction,
    window: grain,
    basis: result.model,
    ...limitsOf(result),
    owner_agent: result.owner,
    source_tables: result.inputs,
  };
}

/** A limit itself still counts as the better status. */
function limitsOf({ direction, thresholds }: KpiResult): Pick<AuditDefinition, 'green' | 'yellow' | 'red'> {
  if (thresholds === undefined || direction === 'neutral') return { green: null, yellow: null, red: null };
  const [within, beyond] = direction === 'lower-is-better' ? ['<=', '>'] : ['>=', '<'];
  const { warning, critical } = thresholds;
  return {
    green: `${within} ${warning}`,
    yellow: critical === undefined ? `${beyond} ${warning}` : `${within} ${critical}`,
    red: critical === undefined ? null : `${beyond} ${critical}`,
  };
}

function valueOf(
  result: KpiResult,
  artifacts: readonly AuditArtifact[],
  { summary, manifest }: AttemptDocuments,
): AuditValue {
  const { id, version, asOf } = result;
  // A run whose file was corrected since has the correction in its book.
  const isInBook = (artifact: AuditArtifact) =>
    manifest.book.some(({ dataset, sha256 }) => dataset === artifact.endpoint && sha256 === artifact.sha256);
  const read = artifacts.filter(
    (artifact) => result.inputs.includes(artifact.endpoint) && isInBook(artifact),
  );
  const [first] = read;
  return {
    id: uuidV5(`${summary.runId}/${asOf}/${id}@${version}`),
    run_id: auditRunId(summary.runId),
    as_of: asOf,
    reporting_date: result.reportingDate,
    kpi_name: id,
    value_numeric: result.value,
    numerator: result.numerator,
    denominator: result.denominator,
    unit: result.unit,
    precision: result.precision,
    status: result.status,
    reason: result.reason ?? null,
    raw_sha256: first?.sha256 ?? null,
    raw_artifact_id: first?.artifact_id ?? null,
    inputs_hash: hashOf(read.map(({ endpoint, sha256 }) => `${endpoint} ${sha256}\n`).toSorted()),
    kpi_def_version: version,
    created_at: summary.completedAt,
  };
}

/** Of the version in force at its newest reporting date; a part has one dimension. */
function partsOf({ kpis, breakdowns }: KpiMart, { summary }: AttemptDocuments): AuditPart[] {
  const newest = new Map(kpis.map(({ id, version, reportingDate }) => [`${id}@${version}`, reportingDate]));
  return breakdowns
    .filter(({ id, version, reportingDate }) => newest.get(`${id}@${version}`) === reportingDate)
    .flatMap((result) =>
      Object.entries(result.dimension).map(([dimension, value]) => ({
        id: uuidV5(`${summary.runId}/${result.asOf}/${result.id}@${result.version}/${dimension}:${value}`),
        run_id: auditRunId(summary.runId),
        as_of: result.asOf,
        reporting_date: result.reportingDate,
        kpi_name: result.id,
        kpi_def_version: result.version,
        dimension,
        dimension_value: value,
        value_numeric: result.value,
        numerator: result.numerator,
        denominator: result.denominator,
        status: result.status,
        reason: result.reason ?? null,
        created_at: summary.completedAt,
      })),
    );
}

function qualityOf({ summary, validation }: AttemptDocuments): AuditQuality {
  const { rows, score, verdict, problems, expectations } = validation;
  const failed = expectations.filter(({ status }) => status === 'failed');
  return {
    id: uuidV5(`${summary.runId}/quality`),
    run_id: auditRunId(summary.runId),
    completeness: completenessOf(validation),
    freshness_hours: freshnessOf(summary),
    referential_integrity_pass: integrityOf(expectations),
    notes_json: {
      verdict,
      score: score ?? null,
      rows,
      failed: failed.map(({ id, severity, observed, threshold, failing }) => ({
        id,
        severity,
        observed,
        threshold,
        failing,
      })),
      problems: problems.map(({ code, severity, count }) => ({ code, severity, count: count ?? null })),
    },
    created_at: summary.completedAt,
  };
}

/** Cells that are filled in, of all cells of the accepted rows in columns that the file has. */
function completenessOf({
  contract,
  contractVersion,
  columns,
  rows,
  nulls,
}: ValidationReport): string | null {
  const names = (contractOf(contract, contractVersion)?.columns ?? [])
    .map(({ name }) => name)
    .filter((name) => !columns.missingOptional.includes(name));
  const cells = names.length * rows.accepted;
  if (cells === 0) return null;
  const empty = names.reduce((sum, name) => sum + (nulls[name] ?? 0), 0);
  return toDecimal({ numerator: BigInt(cells - empty), denominator: BigInt(cells) }, 6);
}

/** From the end of the day that the file stands for until its run began. */
function freshnessOf({ asOf, startedAt }: RunSummary): string | null {
  const day = dayOf(asOf);
  if (day === null) return null;
  const minutes = Math.trunc((Date.parse(startedAt) - Date.parse(`${day}T24:00:00Z`)) / 60_000);
  return toDecimal({ numerator: BigInt(minutes), denominator: 60n }, 1);
}

/** Null where no reference could be evaluated: that is no verdict. */
function integrityOf(expectations: readonly ExpectationResult[]): boolean | null {
  const evaluated = expectations.filter(
    ({ id, status }) => id.startsWith('references:') && status !== 'not-evaluated',
  );
  return evaluated.length === 0 ? null : evaluated.every(({ status }) => status === 'passed');
}

function dayOf(day: LocalDate | undefined): LocalDate | null {
  return day === undefined || day === REFERENCE_DAY ? null : day;
}

function byNameAndVersion(a: KpiResult, b: KpiResult): number {
  return a.id === b.id ? a.version - b.version : a.id < b.id ? -1 : 1;
}

function hashOf(lines: readonly string[]): Sha256 {
  return Sha256.parse(createHash('sha256').update(lines.join('')).digest('hex'));
}
