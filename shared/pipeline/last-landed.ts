import { REFERENCE_DAY } from '../domain/local-date.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import type { Snapshot } from '../ports/snapshot-registry.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { Drop, RunRecord } from '../runs/run-record.ts';
import { standingOf, supersedes } from './book.ts';
import { messageFor, type StageMessage } from './stage-message.ts';

// Of the files for one day the one that landed last counts, also when its content is one that came before: a file, its
// correction, and the file again. The same content is the same run, so that run gets a new attempt, with the new landing
// for its place among the others. That it landed again is written down before it is looked whether anything supersedes
// it, and whoever registers a snapshot looks for such notes afterwards: one of the two sees the other, whatever the order
// of the events. What has the same place as before costs nothing.

export type LastLandedDeps = { readonly ledger: RunLedger; readonly clock: Clock; readonly log: Log };

const CAUSE = 'dropped again after another file for its day';
const AT_ONCE = 8;

/** The run with a landing of its content that is newer than all before; undefined for any other, such as a late event. */
export function withLanding(run: RunRecord, draft: RunRecord): RunRecord | undefined {
  const { drop } = draft;
  if (drop.landedAt <= run.drop.landedAt || drop.landedAt <= (run.landedAgain?.landedAt ?? ''))
    return undefined;
  return { ...run, landedAgain: drop };
}

/**
 * The run in the place of this landing. A later one that is known stays noted: the event of an old landing may come after
 * that of a new one.
 */
export function landedAs(run: RunRecord, drop: Drop): RunRecord {
  const { landedAgain, ...rest } = run;
  const [latest] = [run.drop, ...(landedAgain === undefined ? [] : [landedAgain])]
    .filter(({ landedAt }) => landedAt > drop.landedAt)
    .toSorted((a, b) => (a.landedAt < b.landedAt ? 1 : -1));
  return { ...rest, drop, ...(latest !== undefined && { landedAgain: latest }) };
}

/**
 * Looks which content landed last for the day of a snapshot, among all that stand in the books. Where that is not the one
 * that counts, its run begins a new attempt. Doing this twice does no harm, and returns the message that is still waited for.
 */
export async function restoreLastLanded(
  { relation, asOf }: Pick<Snapshot, 'relation' | 'asOf'>,
  snapshots: readonly Snapshot[],
  deps: LastLandedDeps,
): Promise<readonly StageMessage[]> {
  const ofDay = snapshots.filter((snapshot) => snapshot.relation === relation && snapshot.asOf === asOf);
  const landed = await severalAtOnce(ofDay, AT_ONCE, async (own) => {
    const run = (await deps.ledger.find(own.runId))?.value;
    return { own, run, last: { ...own, landedAt: lastLandingOf(own, run) } };
  });
  const [first, ...others] = landed;
  if (first === undefined) return [];
  const { own, run, last } = others.reduce((a, b) => (supersedes(b.last, a.last) ? b : a), first);
  const isSuperseded =
    ofDay.some((other) => other.sha256 !== own.sha256 && supersedes(other, own)) ||
    (last.landedAt > own.landedAt && (await isBehindRolledBack({ own, last }, deps)));
  const begun = run && isSuperseded ? await beginAgain(run, deps) : undefined;
  // Also one that was begun before the file came that counts now: its message may have been lost then.
  return landed
    .flatMap((each) => (each.run === undefined ? [] : [each.own === own && begun ? begun : each.run]))
    .filter(({ status, stage, cause }) => status === 'running' && stage === 'validate' && cause === CAUSE)
    .map((waiting) => messageFor(waiting, 'validate'));
}

/** A file that was rolled back is told of until a newer one counts, which this landing is. */
async function isBehindRolledBack(
  { own, last }: { readonly own: Snapshot; readonly last: Snapshot },
  { ledger }: LastLandedDeps,
): Promise<boolean> {
  return (await ledger.list()).some((run) => {
    const isOfDay = run.relation === own.relation && (run.asOf ?? REFERENCE_DAY) === own.asOf;
    if (run.rolledBack === undefined || !isOfDay) return false;
    const place = standingOf({ ...run, asOf: own.asOf });
    return supersedes(place, own) && supersedes(last, place);
  });
}

/** Also that of an attempt that has not registered it yet. */
function lastLandingOf({ landedAt }: Snapshot, run: RunRecord | undefined): string {
  const landings = [landedAt, run?.drop.landedAt ?? '', run?.landedAgain?.landedAt ?? ''];
  return landings.reduce((a, b) => (b > a ? b : a));
}

async function beginAgain({ runId }: RunRecord, deps: LastLandedDeps): Promise<RunRecord | undefined> {
  const now = deps.clock.now().toISOString();
  const amended = await amendRun(deps.ledger, runId, (run) => landedAnew(run, now));
  if (amended?.amended !== true) return undefined;
  deps.log.info('run.refreshed', { ...runFacts(amended.run), cause: CAUSE });
  return amended.run;
}

/** In the place of its newest landing. It stands for the day that it stood for, whatever the new name says. */
function landedAnew(run: RunRecord, now: string): RunRecord | undefined {
  const { landedAgain, rawPath, requestedAsOf = run.asOf } = run;
  const isOver = run.status === 'success';
  const isUnderWay = run.status === 'running' && run.stage !== 'ingest';
  if (landedAgain === undefined || landedAgain.landedAt <= run.drop.landedAt) return undefined;
  if (rawPath === undefined || !(isOver || isUnderWay)) return undefined;
  const { completedAt: _, ...rest } = landedAs(run, landedAgain);
  return {
    ...rest,
    ...(requestedAsOf !== undefined && { requestedAsOf }),
    status: 'running',
    stage: 'validate',
    attempt: run.attempt + 1,
    cause: CAUSE,
    problems: [],
    updatedAt: now,
  };
}
