import type { ProblemCode } from '../domain/problem.ts';
import { amendRun } from '../ports/run-ledger.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { Drop, RunRecord } from '../runs/run-record.ts';
import { type LastLandedDeps, landedAs, restoreLastLanded, withLanding } from './last-landed.ts';
import { dayGiven } from './run-of-file.ts';
import type { StageMessage } from './stage-message.ts';

export type TakeUpDeps = LastLandedDeps & { readonly registry: SnapshotRegistry };

export type TakenUp = {
  readonly run: RunRecord;
  readonly isDuplicate: boolean;
  /** Of attempts that were begun because of it, and of no message that the run itself waits for. */
  readonly begun: readonly StageMessage[];
};

/**
 * The run is there already. From this very landing: it is carried on with. From another one with the same
 * content: a run that did not come to a verdict gets a new attempt, one that is only claimed is taken over, since
 * its own delivery may have died, one that another file has superseded since counts again, and any other is pointed to.
 */
export async function takeUp(run: RunRecord, draft: RunRecord, deps: TakeUpDeps): Promise<TakenUp> {
  if (isSameLanding(run.drop, draft.drop)) return { run, isDuplicate: false, begun: [] };
  const now = deps.clock.now().toISOString();
  let isDuplicate = false;
  const amended = await amendRun(deps.ledger, run.runId, (current) => {
    const cause = causeToTryAgain(current, draft);
    const isClaimed = current.status === 'running' && current.stage === 'ingest';
    isDuplicate = cause === undefined && !isClaimed;
    if (cause !== undefined) return newAttempt(current, draft, { cause, now });
    if (isClaimed) return { ...takenOver(current, draft), updatedAt: now };
    // Its event has come before, and died before it was settled.
    if (isSameLanding(current.landedAgain, draft.drop)) return undefined;
    const landed = withLanding(current, draft) ?? current;
    return { ...landed, duplicates: current.duplicates + 1, updatedAt: now };
  });
  const found = amended?.run ?? run;
  return isDuplicate ? await pointTo(found, draft, deps) : { run: found, isDuplicate, begun: [] };
}

async function pointTo(run: RunRecord, draft: RunRecord, deps: TakeUpDeps): Promise<TakenUp> {
  const snapshots = await deps.registry.all();
  const own = snapshots.find(({ runId }) => runId === run.runId);
  if (own === undefined) return { run, isDuplicate: true, begun: [] };
  const begun = await restoreLastLanded(own, snapshots, deps);
  const after = (await deps.ledger.find(run.runId))?.value ?? run;
  return isSameLanding(after.drop, draft.drop)
    ? { run: after, isDuplicate: false, begun: [] }
    : { run: after, isDuplicate: true, begun };
}

function isSameLanding(a: Drop | undefined, b: Drop): boolean {
  return a?.path === b.path && a.etag === b.etag;
}

function causeToTryAgain(run: RunRecord, draft: RunRecord): string | undefined {
  // What an operator has rolled back stays so: a nightly pull may bring it again.
  if (run.rolledBack !== undefined) return undefined;
  if (run.status === 'failed' || run.status === 'canceled') return 'dropped again after a failure';
  return isMendedDay(run, draft) ? 'dropped again with its day' : undefined;
}

/** The day is no part of the content: one that was missing, lay ahead or was in doubt comes with another drop of it. */
function isMendedDay(run: RunRecord, draft: RunRecord): boolean {
  const day = dayGiven(draft);
  const has = (code: ProblemCode): boolean => run.problems.some((problem) => problem.code === code);
  if (day === undefined) return false;
  if (run.status === 'rejected') return has('no-as-of') || (has('future-as-of') && day !== dayGiven(run));
  const isAsAsked = run.asOf !== undefined && run.asOf === run.requestedAsOf;
  const isAskedAnew = draft.requestedAsOf !== undefined && draft.requestedAsOf !== run.asOf;
  return run.status === 'success' && has('as-of-conflict') && isAsAsked && isAskedAnew;
}

/** In the place of this landing, with what was asked for with it. */
function takenOver(run: RunRecord, draft: RunRecord): RunRecord {
  const { drop, unreadAsOf, logLevel } = draft;
  const { requestedAsOf: before, unreadAsOf: _, ...rest } = landedAs(run, drop);
  // The day of the first drop stays where this one says nothing of a day.
  const isSilent = unreadAsOf === undefined && dayGiven(draft) === undefined;
  const requestedAsOf = isSilent ? before : draft.requestedAsOf;
  return {
    ...rest,
    ...(requestedAsOf !== undefined && { requestedAsOf }),
    ...(unreadAsOf !== undefined && { unreadAsOf }),
    ...(logLevel !== undefined && { logLevel }),
  };
}

function newAttempt(
  run: RunRecord,
  draft: RunRecord,
  { cause, now }: { cause: string; now: string },
): RunRecord {
  const { completedAt: _, ...rest } = takenOver(run, draft);
  return {
    ...rest,
    status: 'running',
    stage: run.rawPath === undefined ? 'ingest' : 'validate',
    attempt: run.attempt + 1,
    cause,
    problems: [],
    updatedAt: now,
  };
}
