import { readFile } from 'node:fs/promises';
import type { Contract } from '../contracts/contract.ts';
import { contractOf } from '../contracts/registry.ts';
import type { ScratchSpace } from '../ports/scratch-space.ts';
import { attemptPath, quarantinePath, stagingPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type CloseDeps, closeRun, fileOf, type ManifestFile } from './close-run.ts';
import { sealedColumns } from './quarantine-file.ts';
import { type ReadSnapshotDeps, readSnapshot, type SnapshotRead, type Unusable } from './read-snapshot.ts';
import { type RefreshDeps, refreshAffectedRuns, withdrawSnapshot } from './refresh-affected-runs.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import { validationReport } from './validation-report.ts';
import { afterBeginning, amendAttempt, type StageOutcome, withTrail, workStage } from './work-stage.ts';

// Raw bytes -> typed, staged rows and a verdict in plain words. Good rows go on; bad rows are quarantined; above
// the contract's tolerance nothing goes on. Staging is written before the snapshot is registered, so that a
// book never names a file that is not there.

export type ValidateDeps = CloseDeps & ReadSnapshotDeps & RefreshDeps & { scratch: ScratchSpace };

export async function validateRun(message: StageMessage, deps: ValidateDeps): Promise<StageOutcome> {
  return await workStage(message, deps, {
    work: (run) => validate(run, deps),
    resend: async (run) => [messageFor(run, 'compute'), ...(await refreshAffectedRuns(run.runId, deps))],
  });
}

async function validate(run: RunRecord, deps: ValidateDeps): Promise<readonly StageMessage[]> {
  const startedAt = deps.clock.now();
  const contract = contractOf(run.contract, run.contractVersion);
  if (contract === undefined)
    throw new Error(`contract ${run.contract}@${run.contractVersion} is not in force`);
  await using scratch = await deps.scratch.open();
  const read = await readSnapshot(run, contract, scratch.dir, deps);
  if (read.kind === 'unusable') return await reject(run, contract, read, startedAt, deps);

  const staged = stagingPath(run, read.asOf);
  await deps.lake.upload('staging', staged, read.stagedFile, {
    contentType: 'application/vnd.apache.parquet',
  });
  if (read.intake.rejected > 0) await keepQuarantine(run, read, deps);
  const report = validationReport(run, contract, read);
  await deps.lake.write(
    'runs',
    attemptPath(run.runId, run.attempt, 'validation_report.json'),
    JSON.stringify(report),
  );

  const { intake, asOf } = read;
  await deps.registry.register({
    dataset: run.dataset,
    relation: contract.relation,
    asOf,
    sha256: run.sha256,
    contractVersion: run.contractVersion,
    runId: run.runId,
    stagingPath: staged,
    rows: intake.accepted,
    landedAt: run.drop.landedAt,
  });
  const refreshed = await refreshAffectedRuns(run.runId, deps);
  const advanced = await afterBeginning(refreshed, () =>
    amendAttempt(deps.ledger, run, (current) =>
      withTrail(
        {
          ...measured(current, contract, read, startedAt, deps.clock.now()),
          stage: 'compute',
          asOf,
          stagingPath: staged,
          relation: contract.relation,
          problems: report.problems.slice(0, 20),
        },
        'validate',
        startedAt,
        deps.clock.now(),
      ),
    ),
  );
  return [messageFor(advanced, 'compute'), ...refreshed];
}

async function reject(
  run: RunRecord,
  contract: Contract,
  read: Unusable,
  startedAt: Date,
  deps: ValidateDeps,
): Promise<readonly StageMessage[]> {
  const now = deps.clock.now();
  const report = validationReport(run, contract, read);
  const quarantined = read.intake.rejected > 0 ? [await keepQuarantine(run, read, deps)] : [];
  const judged = withTrail(
    { ...measured(run, contract, read, startedAt, now), problems: report.problems.slice(0, 20) },
    'validate',
    startedAt,
    now,
  );
  // An attempt before this one may have been accepted: its rows are in books that must do without them now.
  const refreshed = await withdrawSnapshot(run, deps);
  await afterBeginning(refreshed, () =>
    closeRun(judged, 'rejected', { validation: report, files: quarantined }, deps),
  );
  return refreshed;
}

function measured(
  run: RunRecord,
  contract: Contract,
  read: SnapshotRead,
  startedAt: Date,
  now: Date,
): RunRecord {
  const { intake, rows } = read;
  const nullCount = Object.values(intake.nulls).reduce((sum, count) => sum + count, 0);
  return {
    ...run,
    rows,
    rejectedRows: intake.rejected,
    phases: {
      ...run.phases,
      ...(run.phases.ingestion && {
        ingestion: { ...run.phases.ingestion, rowsLoaded: rows, validationErrors: intake.rejected },
      }),
      transformation: {
        rowsProcessed: rows,
        rowsAccepted: intake.accepted,
        rowsRejected: intake.rejected,
        rowsDropped: intake.identicalDuplicates,
        nullCount,
        maskedColumns: intake.rejected > 0 ? [...sealedColumns(contract)] : [],
        durationMs: now.getTime() - startedAt.getTime(),
      },
    },
  };
}

async function keepQuarantine(
  run: RunRecord,
  read: SnapshotRead,
  { lake }: ValidateDeps,
): Promise<ManifestFile> {
  const path = quarantinePath(run.runId);
  await lake.upload('quarantine', path, read.quarantineFile, { contentType: 'application/x-ndjson' });
  return fileOf('quarantine', path, 'rejected.jsonl', await readFile(read.quarantineFile));
}
