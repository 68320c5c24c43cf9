import type { RunId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { runsAffectedBy } from './book.ts';
import { messageFor, type StageMessage } from './stage-message.ts';

export type RefreshDeps = { ledger: RunLedger; registry: SnapshotRegistry; clock: Clock; log: Log };

/**
 * A new snapshot may belong into the books of runs that were computed without it: each of them gets a new
 * attempt from compute on. So files that arrive together end in the same numbers, whatever their order. A run
 * that is still being validated is left alone: it looks up its book later. Doing this twice does no harm.
 */
export async function refreshAffectedRuns(runId: RunId, deps: RefreshDeps): Promise<readonly StageMessage[]> {
  const snapshots = await deps.registry.all();
  const added = snapshots.find((snapshot) => snapshot.runId === runId);
  if (added === undefined) return [];
  const messages: StageMessage[] = [];
  for (const affected of runsAffectedBy(added, snapshots)) {
    const amended = await amendRun(deps.ledger, affected.runId, (run) =>
      isComputedOrAbout(run)
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

function isComputedOrAbout(run: RunRecord): boolean {
  return (
    run.status === 'success' ||
    (run.status === 'running' && (run.stage === 'compute' || run.stage === 'publish'))
  );
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
