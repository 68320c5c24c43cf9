import { createHash } from 'node:crypto';
import { Sha256 } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import { findAnomalies } from '../kpis/anomalies.ts';
import type { RaisedAnomaly } from '../kpis/anomaly.ts';
import { type BookEntry, KpiMart } from '../kpis/kpi-result.ts';
import type { KpiHistory } from '../ports/kpi-history.ts';
import { FileMissing, type Lake } from '../ports/lake.ts';
import { isTotal } from '../publishing/exact-value.ts';
import { reportHtml } from '../publishing/report-html.ts';
import { reportMarkdown } from '../publishing/report-markdown.ts';
import { reportModel } from '../publishing/report-model.ts';
import { ValidationReport } from '../runs/documents.ts';
import { runFacts } from '../runs/run-facts.ts';
import { artifactPath, martPath, reportPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { Zone } from '../topology.ts';
import {
  type CloseDeps,
  commitDocuments,
  endInLedger,
  fileOf,
  type ManifestFile,
  type RunDocument,
} from './close-run.ts';
import { continueSeries, readOnce } from './continue-series.ts';
import { type ForgetDeps, forgetOvertaken } from './forget-run.ts';
import { pointToLatest } from './latest-pointer.ts';
import { hasNumbers } from './newest-mart.ts';
import { tellAnomalies } from './raise-anomalies.ts';
import { readOfAttempts } from './read-of-attempts.ts';
import { refreshLaterReports, seriesHash } from './refresh-later-reports.ts';
import { refreshToldRollbacks, rollbacksToTell } from './refresh-told-rollbacks.ts';
import { asSeen, type SeenFiles, seenFiles } from './seen-files.ts';
import { recordInHistory } from './settle-history.ts';
import type { StageMessage } from './stage-message.ts';
import {
  AttemptOvertaken,
  afterBeginning,
  amendAttempt,
  type StageDeps,
  type StageOutcome,
  withTrail,
  workStage,
} from './work-stage.ts';

// KPIs -> what people read, and the end of the run.

export type PublishDeps = StageDeps & CloseDeps & ForgetDeps & { history: KpiHistory };

export async function publishRun(message: StageMessage, deps: PublishDeps): Promise<StageOutcome> {
  return await workStage(message, deps, {
    work: (run) => publishOrForget(run, deps),
    resend: async (run) => [
      ...(await refreshLaterReports(run, deps)),
      ...(await refreshToldRollbacks(run, deps)),
    ],
    resendOvertaken: (run) => forgetOvertaken({ ...run, attempt: message.attempt }, deps),
  });
}

/** What it wrote before it found that its file was withdrawn is to stand nowhere. */
async function publishOrForget(run: RunRecord, deps: PublishDeps): Promise<readonly StageMessage[]> {
  try {
    return await publish(run, deps);
  } catch (error) {
    if (!(error instanceof AttemptOvertaken)) throw error;
    throw new AttemptOvertaken(error.message, [...error.begun, ...(await forgetOvertaken(run, deps))]);
  }
}

async function publish(run: RunRecord, deps: PublishDeps): Promise<readonly StageMessage[]> {
  const startedAt = deps.clock.now();
  const { asOf } = run;
  const kpis = await readOfAttempts(deps.lake, run, 'kpis.json');
  if (asOf === undefined || kpis === undefined) return await publishWithoutKpis(run, startedAt, deps);
  const computed = KpiMart.parse(kpis);
  const databaseWrites = await recordInHistory(computed, { ...run, asOf }, deps);
  const { past, mart, validation, documents, reports } = await report(computed, { ...run, asOf }, deps);
  const hashingSince = deps.clock.now();
  const readBack = await filesOf(run, { ...validation, martOf: asOf }, deps.lake);
  const files = [...readBack, ...reports];

  const now = deps.clock.now();
  const output = {
    filesPersisted: files.length + documents.length,
    uploadsConfirmed: readBack.length,
    databaseWrites,
    manifestMs: now.getTime() - hashingSince.getTime(),
    durationMs: now.getTime() - startedAt.getTime(),
  };
  const finished = withTrail(
    { ...run, seriesSha256: seriesHash(mart), phases: { ...run.phases, output } },
    'publish',
    startedAt,
    now,
  );
  const results = { validation, mart, files, documents };
  const commit = (anomalies: readonly RaisedAnomaly[]): Promise<void> =>
    commitDocuments(finished, 'success', { ...results, anomalies }, deps);
  await tellAnomalies(findAnomalies(mart), finished, commit, deps);
  await pointToLatest(finished, deps.lake);
  // Before this run ends, so that there is no moment at which everything seems to be done.
  const runs = await deps.ledger.list();
  const refreshed = [
    ...(await refreshLaterReports(finished, { ...deps, history: past }, 'arrived', runs)),
    ...(await refreshToldRollbacks(finished, deps, runs)),
  ];
  tellKpis(mart, finished, runs, deps);
  await afterBeginning(refreshed, () => endInLedger(finished, 'success', deps));
  return refreshed;
}

type DatedRun = RunRecord & { readonly asOf: LocalDate };

/** Written over exactly what was seen: another delivery or a newer attempt may have come to its end in between. */
async function report(computed: KpiMart, run: DatedRun, deps: PublishDeps) {
  const { lake, ledger, revision } = deps;
  const validation = ValidationReport.parse(await readOfAttempts(lake, run, 'validation_report.json'));
  for (;;) {
    const paths = (['md', 'html'] as const).map((extension) => reportPath(run.asOf, run.runId, extension));
    const seen = await seenFiles(lake, 'reports', paths);
    const current = (await ledger.find(run.runId))?.value;
    if (current?.status !== 'running' || current.attempt !== run.attempt)
      throw new AttemptOvertaken(`attempt ${run.attempt} is over`);
    const { past, mart } = await continued(computed, run, deps);
    const others = await validationsOf(mart.book, run, deps);
    const rolledBack = await rollbacksToTell(run, mart, deps);
    const model = reportModel({ mart, run, validation, others, rolledBack, revision });
    const documents: RunDocument[] = [
      { name: 'report.md', body: reportMarkdown(model), contentType: 'text/markdown; charset=utf-8' },
      { name: 'report.html', body: await reportHtml(model), contentType: 'text/html; charset=utf-8' },
    ];
    const reports = await writeReports(run, documents, seen, lake);
    if (reports !== undefined) return { past, mart, validation, documents, reports };
  }
}

/**
 * What the report will say of the past is noted before it is read for the last time: whoever changes the past later finds
 * that note and has the report made again, and what was changed earlier is seen here. Without a note it is made again anyway.
 */
async function continued(
  computed: KpiMart,
  run: RunRecord,
  { history, ledger }: PublishDeps,
): Promise<{ readonly past: Pick<KpiHistory, 'seriesOf'>; readonly mart: KpiMart }> {
  let noted = run.seriesSha256;
  for (;;) {
    const past = readOnce(history);
    const mart = await continueSeries(computed, past);
    const seriesSha256 = seriesHash(mart);
    if (noted === undefined || noted === seriesSha256) return { past, mart };
    await amendAttempt(ledger, run, (current) => ({ ...current, seriesSha256 }));
    noted = seriesSha256;
  }
}

/** KPIs with limits, for alerts; of the newest day alone, since nobody is woken by what was wrong last year. */
function tellKpis(
  mart: KpiMart,
  run: RunRecord,
  runs: readonly RunRecord[],
  { log }: Pick<PublishDeps, 'log'>,
): void {
  const isOfThePast = runs.some((other) => hasNumbers(other) && (other.asOf ?? '') > (run.asOf ?? ''));
  if (isOfThePast) return;
  for (const kpi of mart.kpis.filter(isTotal)) {
    const { id, version, value, unit, status, asOf, thresholds } = kpi;
    if (thresholds === undefined || value === null) continue;
    // A limit is told from a value by its first ten decimals, which a float has.
    log.info('kpi.published', {
      ...runFacts(run),
      kpi: id,
      version,
      value: Number(value),
      unit,
      status,
      asOf,
    });
  }
}

/** Rows that no KPI reads: they are staged and there for whoever asks, and the run ends with its documents. */
async function publishWithoutKpis(
  run: RunRecord,
  startedAt: Date,
  deps: PublishDeps,
): Promise<readonly StageMessage[]> {
  const validation = ValidationReport.parse(await readOfAttempts(deps.lake, run, 'validation_report.json'));
  const hashingSince = deps.clock.now();
  const files = await filesOf(run, validation, deps.lake);
  const now = deps.clock.now();
  const output = {
    filesPersisted: files.length,
    uploadsConfirmed: files.length,
    databaseWrites: 0,
    manifestMs: now.getTime() - hashingSince.getTime(),
    durationMs: now.getTime() - startedAt.getTime(),
  };
  const finished = withTrail({ ...run, phases: { ...run.phases, output } }, 'publish', startedAt, now);
  await commitDocuments(finished, 'success', { validation, files }, deps);
  await pointToLatest(finished, deps.lake);
  // Reference data has no report of its own, and is in those of others.
  const refreshed = await refreshToldRollbacks(finished, deps);
  await afterBeginning(refreshed, () => endInLedger(finished, 'success', deps));
  return refreshed;
}

/** The verdicts on the other files of the book. */
async function validationsOf(
  book: readonly BookEntry[],
  run: RunRecord,
  { lake, ledger }: PublishDeps,
): Promise<ValidationReport[]> {
  const reports: ValidationReport[] = [];
  for (const { runId } of book) {
    if (runId === run.runId) continue;
    const other = await ledger.find(runId);
    const report = other && (await readOfAttempts(lake, other.value, 'validation_report.json'));
    if (report === undefined) throw new FileMissing('runs', artifactPath(runId, 'validation_report.json'));
    reports.push(ValidationReport.parse(report));
  }
  return reports;
}

/** Undefined when somebody else wrote in between. */
async function writeReports(
  { asOf, runId }: DatedRun,
  documents: readonly RunDocument[],
  seen: SeenFiles,
  lake: Lake,
): Promise<ManifestFile[] | undefined> {
  const files: ManifestFile[] = [];
  for (const { name, body, contentType } of documents) {
    const path = reportPath(asOf, runId, name === 'report.md' ? 'md' : 'html');
    const options = { contentType, onlyIf: asSeen(seen, path) };
    if ((await lake.write('reports', path, body, options)).kind === 'conflict') return undefined;
    files.push(fileOf('reports', path, name, body));
  }
  return files;
}

/** Everything that the run left in other zones, hashed as it lies there now. */
async function filesOf(
  run: RunRecord,
  { martOf, quarantinePath }: { martOf?: LocalDate } & Pick<ValidationReport, 'quarantinePath'>,
  lake: Lake,
): Promise<ManifestFile[]> {
  const mart = (extension: 'parquet' | 'csv' | 'json'): string | undefined =>
    martOf && martPath(martOf, run.runId, extension);
  const places: [Zone, string | undefined, string][] = [
    ['staging', run.stagingPath, 'staging.parquet'],
    ['quarantine', quarantinePath, 'rejected.jsonl'],
    ['marts', mart('parquet'), 'kpis.parquet'],
    ['marts', mart('csv'), 'kpis.csv'],
    ['marts', mart('json'), 'kpis.json'],
  ];
  const files: ManifestFile[] = [];
  for (const [zone, path, name] of places) {
    if (path !== undefined) files.push(await hashed(lake, zone, path, name));
  }
  return files;
}

async function hashed(lake: Lake, zone: Zone, path: string, name: string): Promise<ManifestFile> {
  const opened = await lake.open(zone, path);
  if (opened === undefined) throw new FileMissing(zone, path);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of opened.body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { name, container: zone, path, bytes, sha256: Sha256.parse(hash.digest('hex')) };
}
