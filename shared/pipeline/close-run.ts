import { createHash } from 'node:crypto';
import { Sha256 } from '../domain/ids.ts';
import type { RaisedAnomaly } from '../kpis/anomaly.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { Parity } from '../kpis/parity-result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lake } from '../ports/lake.ts';
import type { Log, Loggable } from '../ports/log.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { validationPage } from '../publishing/validation-page.ts';
import {
  complianceOf,
  type EndStatus,
  manifestOf,
  notValidated,
  summaryOf,
} from '../runs/closing-documents.ts';
import { type Compliance, type Manifest, MaskedSample, ValidationReport } from '../runs/documents.ts';
import { lineageEvents } from '../runs/lineage-events.ts';
import { runFacts } from '../runs/run-facts.ts';
import { artifactPath, attemptPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { Zone } from '../topology.ts';
import { type PlanDeps, planRunDeliveries } from './deliver.ts';
import { readOfAttempts } from './read-of-attempts.ts';
import { asSeen, type SeenFiles } from './seen-files.ts';
import { STAGES } from './stages.ts';
import { AttemptOvertaken, amendAttempt } from './work-stage.ts';

// The end of a run, good or bad: its documents, the manifest over them, and last of all summary.json, whose
// presence is the commit. The ledger follows; a crash in between is mended by doing it once more.

export type CloseDeps = PlanDeps & {
  lake: Lake;
  ledger: RunLedger;
  clock: Clock;
  log: Log;
  revision: string;
  catalog(): Promise<Catalog>;
};

/** What the run has come to, as far as it came. */
export type RunResults = {
  readonly validation?: ValidationReport;
  readonly mart?: KpiMart;
  /** What is worth a look about the numbers, and whether it was said before. */
  readonly anomalies?: readonly RaisedAnomaly[];
  /** Files outside the run's folder that belong to it: raw, staging, quarantine, marts, reports. */
  readonly files?: readonly ManifestFile[];
  readonly documents?: readonly RunDocument[];
};

export type ManifestFile = Manifest['files'][number];
/** A document of the run's own folder, whole. */
export type RunDocument = { readonly name: string; readonly body: string; readonly contentType: string };

/** Commits the documents and ends the run in the ledger. Throws AttemptOvertaken when a newer attempt has begun. */
export async function closeRun(
  run: RunRecord,
  status: EndStatus,
  results: RunResults,
  deps: CloseDeps,
): Promise<RunRecord> {
  await commitDocuments(run, status, results, deps);
  return await endInLedger(run, status, deps);
}

/**
 * Writes every document of the run, summary.json last. When another attempt writes in between, all are written
 * once more, so that they are of one attempt: the newest, since an older one finds out here that it is over.
 */
export async function commitDocuments(
  run: RunRecord,
  status: EndStatus,
  results: RunResults,
  deps: CloseDeps,
): Promise<void> {
  const { lake, ledger } = deps;
  for (;;) {
    const seen = new Map<string, string>();
    for await (const { path, etag } of lake.list('runs', `${run.runId}/`)) seen.set(path, etag);
    const current = (await ledger.find(run.runId))?.value;
    if (current?.status !== 'running' || current.attempt !== run.attempt)
      throw new AttemptOvertaken(`attempt ${run.attempt} is over`);
    if (await writeDocuments(run, status, results, seen, deps)) return;
  }
}

/** Over exactly what was seen. False when somebody else wrote in between. */
async function writeDocuments(
  run: RunRecord,
  status: EndStatus,
  results: RunResults,
  seen: SeenFiles,
  deps: CloseDeps,
): Promise<boolean> {
  const { lake, clock, revision } = deps;
  const completedAt = clock.now();
  const earlier = results.validation ?? (await readOfAttempts(lake, run, 'validation_report.json'));
  const validation = earlier === undefined ? notValidated(run) : ValidationReport.parse(earlier);
  const sample =
    validation.verdict === 'rejected' ? undefined : await readOfAttempts(lake, run, 'masked_sample.json');
  const parity = results.mart?.parity ?? (await readOfAttempts(lake, run, 'parity.json'));
  const documents = [
    ...(results.documents ?? []),
    json('validation_report.json', validation),
    {
      name: 'validation_report.html',
      body: validationPage(validation, validation.expectations, validation.qualityHistory),
      contentType: 'text/html; charset=utf-8',
    },
    ...(sample === undefined ? [] : [json('masked_sample.json', MaskedSample.parse(sample))]),
    ...(parity === undefined ? [] : [json('parity.json', Parity.parse(parity))]),
    json('compliance.json', complianceOf(run, results, completedAt)),
    {
      name: 'lineage.jsonl',
      body: lineageEvents(run, status, {
        revision,
        validation: earlier === undefined ? undefined : validation,
        mart: results.mart,
        catalog: results.mart && (await deps.catalog()),
      }),
      contentType: 'application/x-ndjson',
    },
  ];
  const write = async (document: RunDocument): Promise<boolean> => {
    await lake.write('runs', attemptPath(run.runId, run.attempt, document.name), document.body, {
      contentType: document.contentType,
    });
    const path = artifactPath(run.runId, document.name);
    const outcome = await lake.write('runs', path, document.body, {
      contentType: document.contentType,
      onlyIf: asSeen(seen, path),
    });
    return outcome.kind === 'written';
  };
  const own = documents.map(({ name, body }) => fileOf('runs', artifactPath(run.runId, name), name, body));
  const raw = rawFile(run);
  const others = (results.files ?? []).filter(({ container }) => container !== 'raw');
  const files = [...(raw === undefined ? [] : [raw]), ...others, ...own];
  const manifest = json('manifest.json', manifestOf(run, results.mart, files, revision));
  const durationMs = completedAt.getTime() - Date.parse(run.startedAt);
  const summary = JSON.stringify(
    summaryOf(run, status, completedAt, durationMs, sha256Of(manifest.body)),
    null,
    2,
  );
  const last = ['pipeline_summary.json', 'summary.json'].map((name) => ({
    name,
    body: summary,
    contentType: 'application/json',
  }));
  const all = [...documents, manifest, ...last];
  // The last numbers of a run that failed stand, and so does their report.
  const left = status === 'failed' ? [] : leftByEarlierAttempts(run, all, seen);
  for (const [path, etag] of left) if (!(await lake.remove('runs', path, { etag }))) return false;
  for (const document of all) if (!(await write(document))) return false;
  return true;
}

/** Documents at the run's address that this attempt does not have, such as the report of an accepted one before it. */
function leftByEarlierAttempts(
  { runId }: RunRecord,
  documents: readonly RunDocument[],
  seen: SeenFiles,
): (readonly [path: string, etag: string])[] {
  const own = new Set(documents.map(({ name }) => artifactPath(runId, name)));
  const attempts = artifactPath(runId, 'attempts/');
  return [...seen].filter(([path]) => !own.has(path) && !path.startsWith(attempts));
}

/** The last step: until it is done, the message of the run comes again. */
export async function endInLedger(run: RunRecord, status: EndStatus, deps: CloseDeps): Promise<RunRecord> {
  const { ledger, clock, log } = deps;
  const at = clock.now().toISOString();
  // Before it ends: afterwards nothing would come back to it.
  await planRunDeliveries(run, deps);
  const ended = await amendAttempt(ledger, run, (current) => ({
    ...(status === 'rejected' || status === 'canceled' ? withoutNumbers(current) : current),
    ...(run.rawPath !== undefined && { rawPath: run.rawPath }),
    ...(run.asOf !== undefined && { asOf: run.asOf }),
    ...(run.rows !== undefined && { rows: run.rows }),
    ...(run.rejectedRows !== undefined && { rejectedRows: run.rejectedRows }),
    status,
    ...(status === 'success' && { succeededAt: at }),
    stage: run.stage,
    phases: run.phases,
    ...(run.seriesSha256 !== undefined && { seriesSha256: run.seriesSha256 }),
    trail: run.trail,
    problems: run.problems.slice(0, 20),
    completedAt: at,
    updatedAt: at,
  }));
  tellPhases(ended, log);
  const fields = {
    ...runFacts(ended),
    asOf: ended.asOf,
    rows: ended.rows,
    rejectedRows: ended.rejectedRows,
    durationMs: Date.parse(at) - Date.parse(startOf(ended)),
  };
  if (status === 'success') log.info('run.succeeded', fields);
  else if (status === 'failed')
    log.error('run.failed', {
      ...fields,
      stage: run.lastError?.stage ?? run.stage,
      code: run.lastError?.code,
      error: run.lastError?.message,
    });
  else
    log.warn(status === 'canceled' ? 'run.canceled' : 'run.rejected', {
      ...fields,
      code: run.problems[0]?.code,
    });
  return ended;
}

/** What was published of its file before stands no more, and not while the run is done again, either. */
export function withoutNumbers(run: RunRecord): RunRecord {
  const { succeededAt: _, ...rest } = run;
  return rest;
}

/** The measures of each phase that this attempt has worked, by the names of the operations guide. */
function tellPhases(run: RunRecord, log: Log): void {
  for (const { stage, phase } of STAGES) {
    const measures = run.phases[phase];
    const isOurs = run.trail.some((step) => step.stage === stage && step.attempt === run.attempt);
    if (measures === undefined || !isOurs) continue;
    const flat = Object.entries(measures).flatMap(([name, value]): [string, Loggable][] => {
      if (Array.isArray(value)) return [[name, value.length]];
      return typeof value === 'number' ? [[name, value]] : [[name, Object.keys(value).length]];
    });
    log.info('phase.measured', { ...runFacts(run), phase, ...Object.fromEntries(flat) });
  }
}

/** A first attempt begins with its drop; a later one with its first stage. */
function startOf({ attempt, startedAt, trail }: RunRecord): string {
  const first = attempt === 1 ? undefined : trail.find((step) => step.attempt === attempt);
  return first?.startedAt ?? startedAt;
}

/** The file as it came: its hash is that of the run. */
function rawFile({ rawPath, drop, sha256 }: RunRecord): ManifestFile | undefined {
  return rawPath === undefined
    ? undefined
    : { name: 'raw', container: 'raw', path: rawPath, bytes: drop.bytes, sha256 };
}

/** A file of the lake as the manifest lists it. */
export function fileOf(zone: Zone, path: string, name: string, body: Uint8Array | string): ManifestFile {
  return { name, container: zone, path, bytes: Buffer.byteLength(body), sha256: sha256Of(body) };
}

function json(
  name: string,
  document: ValidationReport | MaskedSample | Parity | Compliance | Manifest,
): RunDocument {
  return { name, body: `${JSON.stringify(document, null, 2)}\n`, contentType: 'application/json' };
}

function sha256Of(body: Uint8Array | string): Sha256 {
  return Sha256.parse(createHash('sha256').update(body).digest('hex'));
}
