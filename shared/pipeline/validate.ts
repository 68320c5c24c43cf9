import { readFile } from 'node:fs/promises';
import type { Contract } from '../contracts/contract.ts';
import { contractOf } from '../contracts/registry.ts';
import { sealedColumns } from '../decode/safe-cells.ts';
import { REFERENCE_DAY } from '../domain/local-date.ts';
import { suiteOf } from '../expectations/suite.ts';
import type { LogFields } from '../ports/log.ts';
import type { ScratchSpace } from '../ports/scratch-space.ts';
import type { ValidationReport } from '../runs/documents.ts';
import { runFacts } from '../runs/run-facts.ts';
import { attemptPath, quarantinePath, stagingPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { begunAnew, validateAnew } from './begin-attempt.ts';
import { readByKpis } from './book.ts';
import { type CloseDeps, closeRun, fileOf, type ManifestFile } from './close-run.ts';
import { type ForgetDeps, forgetRun } from './forget-run.ts';
import { hasKpis } from './has-kpis.ts';
import { type Judged, judgeFile } from './judge-file.ts';
import { noteQuality, type QualityDeps } from './note-quality.ts';
import { type ReadAgainstBookDeps, type ReadRows, readAgainstBook } from './read-against-book.ts';
import type { Unusable, Usable } from './read-snapshot.ts';
import { type RefreshDeps, refreshAffectedRuns, withdrawSnapshot } from './refresh-affected-runs.ts';
import { afterTakingOut, broughtBackBy, takeOut } from './roll-back.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import { validationReport } from './validation-report.ts';
import { afterBeginning, amendAttempt, type StageOutcome, withTrail, workStage } from './work-stage.ts';

// Raw bytes -> typed, staged rows and a verdict in plain words. Good rows go on; bad rows are quarantined; when the
// suite of the contract is not met nothing goes on. Staging is written before the snapshot is registered, so that a
// book never names a file that is not there.

export type ValidateDeps = CloseDeps &
  ReadAgainstBookDeps &
  RefreshDeps &
  ForgetDeps &
  QualityDeps & { scratch: ScratchSpace };

/** How many earlier files of a contract are looked at: the newest ten attempts may be of fewer files. */
export const HISTORY = 13;

export async function validateRun(message: StageMessage, deps: ValidateDeps): Promise<StageOutcome> {
  return await workStage(message, deps, {
    work: (run) => validate(run, deps),
    resend: async (run) => [
      ...waitedFor(run),
      ...(await refreshAffectedRuns(run.runId, deps)),
      ...(run.status === 'rejected' ? await forgetRun(run, deps) : []),
      ...(run.rolledBack !== undefined ? await afterTakingOut(run, deps) : []),
    ],
    resendOvertaken: async (run) => [
      ...begunAnew(run),
      ...(await refreshAffectedRuns(run.runId, deps)),
      ...(await broughtBackBy(run, deps)),
    ],
  });
}

/** A run that has gone on may wait for the message of its stage. */
function waitedFor(run: RunRecord): readonly StageMessage[] {
  return run.status === 'running' && run.stage !== 'ingest' ? [messageFor(run, run.stage)] : [];
}

type Work = {
  readonly run: RunRecord;
  readonly contract: Contract;
  readonly read: ReadRows;
  readonly judged: Judged;
  readonly report: ValidationReport;
  readonly startedAt: Date;
};

async function validate(run: RunRecord, deps: ValidateDeps): Promise<readonly StageMessage[]> {
  const startedAt = deps.clock.now();
  if (run.rolledBack !== undefined) {
    const next = await takeOut(run, run.rolledBack, deps);
    return next === 'conflict' ? await validateAnew(run, deps) : next;
  }
  const contract = contractOf(run.contract, run.contractVersion);
  if (contract === undefined)
    throw new Error(`contract ${run.contract}@${run.contractVersion} is not in force`);
  const history = await deps.quality.history(
    { dataset: run.dataset, contract: contract.name },
    HISTORY,
    run.drop.landedAt,
  );
  await using scratch = await deps.scratch.open();
  const read = await readAgainstBook(run, contract, scratch.dir, deps);
  if (read === 'other-files') return await validateAnew(run, deps);
  const judged = judgeFile(run, { contract, suite: suiteOf(contract), read, earlier: read.earlier });
  const isReadByKpis = readByKpis([contract], await deps.catalog()).length > 0;
  const report = validationReport(run, { contract, read, judged, history, isReadByKpis });
  deps.log.debug('file.judged', judgedFacts(run, report));
  const work: Work = { run, contract, read, judged, report, startedAt };
  return read.kind === 'usable' && judged.verdict === 'promote'
    ? await promote({ ...work, read }, deps)
    : await reject(work, deps);
}

/** Codes, counts and names of columns: never what stands in a cell. */
function judgedFacts(run: RunRecord, report: ValidationReport): LogFields {
  return {
    ...runFacts(run),
    ...report.rows,
    contract: `${report.contract}@${report.contractVersion}`,
    verdict: report.verdict,
    problems: report.problems.map(({ code }) => code),
    unexpectedColumns: report.columns.unexpected,
    missingColumns: [
      ...(report.columns.missing ?? []).map(({ column }) => column),
      ...report.columns.missingOptional,
    ],
    failedExpectations: report.expectations.filter(({ status }) => status === 'failed').map(({ id }) => id),
  };
}

async function promote(work: Work & { read: Usable }, deps: ValidateDeps): Promise<readonly StageMessage[]> {
  const { run, contract, read, report, startedAt } = work;
  const { intake } = read;
  const asOf = read.asOf ?? REFERENCE_DAY;
  const staged = stagingPath(run, asOf, read.stagedSha256);
  // What lies there already has the same bytes.
  await deps.lake.upload('staging', staged, read.stagedFile, {
    contentType: 'application/vnd.apache.parquet',
    onlyIf: 'absent',
  });
  if (intake.rejected > 0) await keepQuarantine(run, read, deps);
  await keepDocument(run, 'validation_report.json', report, deps);
  await keepDocument(run, 'masked_sample.json', { runId: run.runId, ...read.sample }, deps);
  const registered = await deps.registry.register({
    dataset: run.dataset,
    relation: contract.relation,
    asOf,
    sha256: run.sha256,
    contractVersion: run.contractVersion,
    runId: run.runId,
    attempt: run.attempt,
    stagingPath: staged,
    stagedSha256: read.stagedSha256,
    rows: intake.accepted,
    landedAt: run.drop.landedAt,
  });
  if (registered === 'conflict') return await validateAnew(run, deps);
  deps.log.info('dataset.accepted', {
    ...runFacts(run),
    asOf: read.asOf,
    rows: intake.accepted,
    rejectedRows: intake.rejected,
    ...countedAgainst(read.earlier),
  });
  const breaker = await noteQuality(work, deps);
  const refreshed = await refreshAffectedRuns(run.runId, deps);
  const next = hasKpis(run, await deps.catalog()) ? 'compute' : 'publish';
  const advanced = await afterBeginning(refreshed, () =>
    amendAttempt(deps.ledger, run, (current) =>
      withTrail(
        {
          ...measured(current, work, deps.clock.now()),
          stage: next,
          ...(read.asOf !== undefined && { asOf: read.asOf }),
          stagingPath: staged,
          relation: contract.relation,
          problems: [...report.problems.slice(0, 19), ...breaker],
        },
        'validate',
        startedAt,
        deps.clock.now(),
      ),
    ),
  );
  return [messageFor(advanced, next), ...refreshed];
}

/** How many rows the files before it had: an alert looks back two days, and files may come once a month. */
function countedAgainst(earlier: readonly number[]): LogFields {
  if (earlier.length === 0) return { earlierFiles: 0 };
  const sum = earlier.reduce((total, rows) => total + rows, 0);
  return { earlierFiles: earlier.length, earlierRows: Math.round(sum / earlier.length) };
}

async function reject(work: Work, deps: ValidateDeps): Promise<readonly StageMessage[]> {
  const { run, read, report, startedAt } = work;
  const quarantined = read.intake.rejected > 0 ? [await keepQuarantine(run, read, deps)] : [];
  // An attempt before this one may have been accepted: its rows are in books that must do without them now.
  const withdrawn = await withdrawSnapshot(run, deps);
  if (withdrawn === 'conflict') return await validateAnew(run, deps);
  const refreshed = [...withdrawn, ...(await forgetRun(run, deps))];
  const problems = [...report.problems.slice(0, 19), ...(await noteQuality(work, deps))];
  const now = deps.clock.now();
  const judged = withTrail({ ...measured(run, work, now), problems }, 'validate', startedAt, now);
  await afterBeginning(refreshed, () =>
    closeRun(judged, 'rejected', { validation: report, files: quarantined }, deps),
  );
  return refreshed;
}

function measured(run: RunRecord, { read, contract, report, startedAt }: Work, now: Date): RunRecord {
  const { intake } = read;
  const nullCount = Object.values(intake.nulls).reduce((sum, count) => sum + count, 0);
  return {
    ...run,
    ...(read.asOf !== undefined && { asOf: read.asOf }),
    rows: intake.records,
    rejectedRows: intake.rejected,
    phases: {
      ...run.phases,
      ...(run.phases.ingestion && {
        ingestion: { ...run.phases.ingestion, rowsLoaded: intake.records, validationErrors: intake.rejected },
      }),
      transformation: {
        rowsProcessed: intake.records,
        rowsAccepted: intake.accepted,
        rowsRejected: intake.rejected,
        rowsDropped: intake.dropped,
        nullCount,
        maskedColumns: maskedColumns(contract, intake.rejected > 0 || report.rows.accepted > 0),
        ...(report.score !== undefined && { qualityScore: report.score }),
        durationMs: now.getTime() - startedAt.getTime(),
      },
    },
  };
}

/** Names are tokens in staging; ids are tokens wherever rows are written for people: in quarantine and in the sample. */
function maskedColumns(contract: Contract, hasRows: boolean): string[] {
  return hasRows ? [...sealedColumns(contract)] : [];
}

async function keepDocument(
  run: RunRecord,
  name: string,
  document: unknown,
  { lake }: Pick<ValidateDeps, 'lake'>,
): Promise<void> {
  await lake.write('runs', attemptPath(run.runId, run.attempt, name), JSON.stringify(document), {
    contentType: 'application/json',
  });
}

async function keepQuarantine(
  run: RunRecord,
  read: Usable | Unusable,
  { lake }: ValidateDeps,
): Promise<ManifestFile> {
  const path = quarantinePath(run.runId, run.attempt);
  await lake.upload('quarantine', path, read.quarantineFile, { contentType: 'application/x-ndjson' });
  return fileOf('quarantine', path, 'rejected.jsonl', await readFile(read.quarantineFile));
}
