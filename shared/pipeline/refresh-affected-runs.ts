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
  const messages: StageMessage[] = [];
  for (const affected of runsAffectedBy(added, snapshots)) {
    const bookId = bookIdOf(bookOf(affected, snapshots), sha256);
    const amended = await amendRun(deps.ledger, affected.runId, (run) =>
      isWithoutBook(run, bookId)
        ? recomputed(run, `${added.dataset} as of ${added.asOf} arrived`, deps.clock)
        : undefined,
    );
    if (amended?.amended !== true) continue;
    deps.log.info('run.refreshed', {
      runId: affected.runId,
      attempt: amended.run.attempt,
      cause: amended.run.cause,
    });
    messages.push(messageFor(amended.run, 'compute'));
  }
  return messages;
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
