import { contractOf } from '../contracts/registry.ts';
import type { Sha256 } from '../domain/ids.ts';
import { runbookOf } from '../domain/problem.ts';
import { operationIdOf } from '../domain/trace.ts';
import { type AnomalyCause, causesOf, type RaisedAnomaly } from '../kpis/anomaly.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { restatementsOf } from '../kpis/restatement.ts';
import type { Compliance, Manifest, RunSummary, ValidationReport } from './documents.ts';
import type { RunRecord } from './run-record.ts';

// The documents that every run ends with, made from its record and its results.

export type EndStatus = Exclude<RunRecord['status'], 'running'>;

/** The report of a run that ended before its rows were looked at. */
export function notValidated(run: RunRecord): ValidationReport {
  return {
    runId: run.runId,
    dataset: run.dataset,
    contract: run.contract,
    contractVersion: run.contractVersion,
    sourceFile: run.drop.path,
    inputSha256: run.sha256,
    verdict: 'rejected',
    rows: { read: 0, accepted: 0, rejected: 0, orphans: 0, identicalDuplicates: 0 },
    tolerance: { maxRejectedShare: '0', rejectedShare: '0' },
    problems: run.problems,
    columns: { unexpected: [], missingOptional: [] },
    nulls: {},
    controlTotals: {},
    expectations: [],
    qualityHistory: [],
  };
}

export function complianceOf(
  run: RunRecord,
  { mart, anomalies = [] }: { readonly mart?: KpiMart; readonly anomalies?: readonly RaisedAnomaly[] },
  generatedAt: Date,
): Compliance {
  const causes = causesOf(anomalies).map((cause) => ({ ...cause, ...reviewOf(cause, run, mart) }));
  const critical = causes.filter(({ severity }) => severity === 'critical').length;
  const masked = run.phases.transformation?.maskedColumns ?? [];
  return {
    runId: run.runId,
    generatedAt: generatedAt.toISOString(),
    maskStage: masked.length > 0 ? 'transformation' : 'none',
    piiMaskedColumns: masked,
    piiMaskedIn: masked.length > 0 ? zonesMasked(run) : [],
    accessLog: accessLogOf(run),
    anomalies: [...anomalies],
    causes,
    criticalAnomalyCount: critical,
    critical_anomaly_count: critical,
    restatements: mart === undefined ? [] : restatementsOf(mart),
    metadata: { sourceFile: run.drop.path, checksum: run.sha256, action: run.cause },
  };
}

/** Who is to look into it, and at what. */
function reviewOf(
  { kpis }: AnomalyCause,
  { runId }: RunRecord,
  mart: KpiMart | undefined,
): Pick<Compliance['causes'][number], 'reviewers' | 'evidence'> {
  const owners = kpis.flatMap((id) => mart?.kpis.find((kpi) => kpi.id === id)?.owner ?? []);
  const asOf = mart === undefined ? '' : `?asOf=${mart.asOf}`;
  return {
    reviewers: [...new Set(owners)].toSorted(),
    evidence: [
      ...kpis.map((id) => `/api/kpis/${id}${asOf}`),
      `/api/runs/${runId}/artifacts/validation_report.json`,
    ],
  };
}

/** Names are masked from staging on; ids are clear there and masked where people read rows. */
function zonesMasked(run: RunRecord): string[] {
  const contract = contractOf(run.contract, run.contractVersion);
  const hasNames = contract?.columns.some(({ mask }) => mask !== undefined) === true;
  return [...(hasNames ? ['staging'] : []), 'quarantine', 'runs'];
}

export function manifestOf(
  run: RunRecord,
  mart: KpiMart | undefined,
  files: Manifest['files'],
  revision: string,
): Manifest {
  return {
    runId: run.runId,
    attempt: run.attempt,
    dataset: run.dataset,
    contract: run.contract,
    contractVersion: run.contractVersion,
    ...(run.asOf !== undefined && { asOf: run.asOf }),
    ...(mart !== undefined && { bookId: mart.bookId, catalogSha256: mart.catalogSha256 }),
    book: mart?.book ?? [],
    revision,
    files: [...files].sort((a, b) => (`${a.container}/${a.path}` < `${b.container}/${b.path}` ? -1 : 1)),
  };
}

export function summaryOf(
  run: RunRecord,
  status: EndStatus,
  completedAt: Date,
  durationMs: number,
  manifestSha256: Sha256,
): RunSummary {
  return {
    runId: run.runId,
    status,
    dataset: run.dataset,
    contract: run.contract,
    contractVersion: run.contractVersion,
    sourceFile: run.drop.path,
    attempt: run.attempt,
    cause: run.cause,
    operationId: operationIdOf(run.traceparent),
    startedAt: run.startedAt,
    completedAt: completedAt.toISOString(),
    durationMs,
    ...(run.asOf !== undefined && { asOf: run.asOf }),
    phases: run.phases,
    problems: run.problems.map((problem) =>
      problem.severity === 'error'
        ? { ...problem, message: `${problem.message} See ${runbookOf(problem.code)}.` }
        : problem,
    ),
    manifestSha256,
  };
}

/** The drop, every stage that was worked, and the failure that ended the run, if one did. */
function accessLogOf(run: RunRecord): Compliance['accessLog'] {
  type Worked = Pick<RunRecord['trail'][number], 'stage' | 'attempt' | 'cause'> & { readonly at: string };
  const entry = (
    { stage, attempt, cause, at }: Worked,
    status: 'done' | 'failed',
  ): Compliance['accessLog'][number] => ({
    stage,
    principal: 'pipeline',
    purpose: cause === undefined ? `attempt ${attempt}` : `attempt ${attempt}: ${cause}`,
    action: stage === 'ingest' ? 'read landing, write raw' : `work ${stage}`,
    object: run.drop.path,
    status,
    at,
  });
  const done = run.trail.map((step) => entry({ ...step, at: step.completedAt }, 'done'));
  const { lastError, attempt, cause } = run;
  const failed = lastError && entry({ ...lastError, attempt, cause }, 'failed');
  return [droppedBy(run), ...done, ...(failed === undefined ? [] : [failed])];
}

/** Whoever may write to landing need not say who they are: the log of the storage account has it. */
function droppedBy({ drop }: RunRecord): Compliance['accessLog'][number] {
  const { principal = 'not told', purpose = 'not told', ticket } = drop.origin ?? {};
  return {
    stage: 'landing',
    principal,
    purpose,
    ...(ticket !== undefined && { ticket }),
    action: 'write landing',
    object: drop.path,
    status: 'done',
    at: drop.landedAt,
  };
}
