import type { BookId, RunId } from '../domain/ids.ts';
import { bookIdOf } from '../kpis/book-id.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { bookOf, runsAffectedBy } from './book.ts';
import { messageFor, type StageMessage } from './stage-message.ts';

export type RefreshDeps = {
  ledger: RunLedger;
  registry: SnapshotRegistry;
  catalog(): Promise<Catalog>;
  clock: Clock;
  log: Log;
};

/**
 * A new snapshot may belong into the books of runs that were computed without it: each of them gets a new
 * attempt from compute on. So files that arrive together end in the same numbers, whatever their order. A run
 * that is still being validated is left alone: it looks up its book later. Doing this twice does no harm.
 */
export async function refreshAffectedRuns(runId: RunId, deps: RefreshDeps): Promise<readonly StageMessage[]> {
  const snapshots = await deps.registry.all();
  const added = snapshots.find((snapshot) => snapshot.runId === runId);
  if (added === undefined) return [];
  const { sha256 } = await deps.catalog();
  const cause = `${added.dataset} as of ${added.asOf} arrived`;
  const affected = new Set(runsAffectedBy(added, snapshots));
  const messages: StageMessage[] = [];
  for (const snapshot of snapshots) {
    if (snapshot.relation === added.relation || snapshot.asOf < added.asOf) continue;
    const begun = affected.has(snapshot)
      ? await beginAttempt(snapshot.runId, bookIdOf(bookOf(snapshot, snapshots), sha256), cause, deps)
      : await attemptBegunEarlier(snapshot.runId, cause, deps);
    if (begun !== undefined) messages.push(messageFor(begun, 'compute'));
  }
  return messages;
}

/**
 * A run that was accepted before is now rejected: its rows leave the book, and every run that may have used them
 * is computed again. Doing this twice does no harm.
 */
export async function withdrawSnapshot(
  run: Pick<RunRecord, 'runId' | 'relation' | 'dataset' | 'asOf'>,
  deps: RefreshDeps,
): Promise<readonly StageMessage[]> {
  const { runId, relation, asOf, dataset } = run;
  if (relation === undefined || asOf === undefined) return [];
  await deps.registry.remove({ relation, runId });
  const snapshots = await deps.registry.all();
  const { sha256 } = await deps.catalog();
  const cause = `${dataset} as of ${asOf} was withdrawn`;
  const messages: StageMessage[] = [];
  for (const snapshot of snapshots) {
    if (snapshot.relation === relation || snapshot.asOf < asOf) continue;
    const bookId = bookIdOf(bookOf(snapshot, snapshots), sha256);
    const begun = await beginAttempt(snapshot.runId, bookId, cause, deps);
    if (begun !== undefined) messages.push(messageFor(begun, 'compute'));
  }
  return messages;
}

async function beginAttempt(
  runId: RunId,
  bookId: BookId,
  cause: string,
  { ledger, clock, log }: RefreshDeps,
): Promise<RunRecord | undefined> {
  const amended = await amendRun(ledger, runId, (run) =>
    isWithoutBook(run, bookId) ? recomputed(run, cause, clock) : undefined,
  );
  if (amended?.amended !== true) return undefined;
  log.info('run.refreshed', { runId, attempt: amended.run.attempt, cause });
  return amended.run;
}

/**
 * An earlier delivery may have begun the attempt and died before its message left. A newer snapshot may have
 * taken our place in the book since, so that the run no longer looks affected; it waits for that message still.
 */
async function attemptBegunEarlier(
  runId: RunId,
  cause: string,
  { ledger }: RefreshDeps,
): Promise<RunRecord | undefined> {
  const run = (await ledger.find(runId))?.value;
  return run?.status === 'running' && run.stage === 'compute' && run.cause === cause ? run : undefined;
}

/** Computed over another book, or being computed over nobody knows which. */
function isWithoutBook(run: RunRecord, bookId: BookId): boolean {
  if (run.status === 'running' && run.stage === 'compute') return true;
  const isComputed = run.status === 'success' || (run.status === 'running' && run.stage === 'publish');
  return isComputed && run.bookId !== bookId;
}

function recomputed(run: RunRecord, cause: string, clock: Clock): RunRecord {
  const { completedAt: _, ...rest } = run;
  return {
    ...rest,
    status: 'running',
    stage: 'compute',
    attempt: run.attempt + 1,
    cause,
    updatedAt: clock.now().toISOString(),
  };
}
