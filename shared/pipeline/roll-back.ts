import { contractOfEntry } from '../contracts/registry.ts';
import type { RunId } from '../domain/ids.ts';
import { type LocalDate, REFERENCE_DAY } from '../domain/local-date.ts';
import type { Problem } from '../domain/problem.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import type { Snapshot, SnapshotRegistry } from '../ports/snapshot-registry.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { Rollback, RunRecord } from '../runs/run-record.ts';
import { nextAttempt } from './begin-attempt.ts';
import { isReferenceData, readByKpis, runsAffectedBy, supersedes } from './book.ts';
import { type CloseDeps, closeRun, withoutNumbers } from './close-run.ts';
import { type CountDeps, countInBreaker } from './count-in-breaker.ts';
import { type ForgetDeps, forgetRun } from './forget-run.ts';
import { type RefreshDeps, withdrawSnapshot } from './refresh-affected-runs.ts';
import { isPublishedOrAbout } from './refresh-later-reports.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import { afterBeginning } from './work-stage.ts';

// An accepted file is taken out of the numbers on an operator's word. The run gets a new attempt, whose validation says
// nothing but that; the book goes back to the file before, whose numbers lie there and are published again without being
// computed. Nothing is deleted, and a rerun from validate takes it back.

export type RollbackPlan = {
  readonly runId: RunId;
  readonly attempt: number;
  readonly dataset: string;
  /** Absent for reference data. */
  readonly asOf: LocalDate | undefined;
  /** The run of the file that counts for its day, or before it, afterwards. */
  readonly standsInstead: { readonly runId: RunId; readonly asOf: LocalDate | undefined } | undefined;
  /** Runs of the same content by other versions of its contract: they are rolled back with it. */
  readonly sameContent: readonly RunId[];
  /** Runs of other datasets whose numbers use this file. */
  readonly publishedAgain: readonly RunId[];
};

export type RollbackOutcome =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'impossible'; readonly why: string }
  | { readonly kind: 'planned'; readonly plan: RollbackPlan }
  | { readonly kind: 'started'; readonly plan: RollbackPlan; readonly next: readonly StageMessage[] };

export type RollBackDeps = {
  readonly ledger: RunLedger;
  readonly registry: SnapshotRegistry;
  catalog(): Promise<Catalog>;
  readonly clock: Clock;
  readonly log: Log;
};

export async function rollBack(
  input: { runId: RunId; by: string; reason: string; dryRun: boolean },
  deps: RollBackDeps,
): Promise<RollbackOutcome> {
  const found = (await deps.ledger.find(input.runId))?.value;
  if (found === undefined) return { kind: 'unknown' };
  const snapshots = await deps.registry.all();
  const own = snapshots.find(({ runId }) => runId === input.runId) ?? (await leftByFailure(found, deps));
  if (own === undefined) return { kind: 'impossible', why: notInNumbers(found) };
  const sameContent = snapshots
    .filter((other) => isSameContent(other, own) && other.runId !== own.runId)
    .map(({ runId }) => runId);
  const inBooks = readByKpis(snapshots, await deps.catalog());
  const plan = (attempt: number): RollbackPlan => ({
    runId: found.runId,
    attempt,
    dataset: found.dataset,
    asOf: dayOf(own),
    standsInstead: standsInstead(own, snapshots),
    sameContent,
    publishedAgain: runsAffectedBy(own, inBooks)
      .filter((snapshot) => !isReferenceData(snapshot))
      .map(({ runId }) => runId),
  });
  if (input.dryRun) return { kind: 'planned', plan: plan(found.attempt + 1) };
  const rolledBack = { by: input.by, reason: input.reason, at: deps.clock.now().toISOString() };
  const next: StageMessage[] = [];
  for (const runId of sameContent) {
    const run = await beginRollback(runId, rolledBack, deps);
    if (run !== undefined) next.push(messageFor(run, 'validate'));
  }
  const run = await beginRollback(found.runId, rolledBack, deps);
  if (run === undefined) return { kind: 'unknown' };
  return { kind: 'started', plan: plan(run.attempt), next: [...next, messageFor(run, 'validate')] };
}

async function beginRollback(
  runId: RunId,
  rolledBack: Rollback,
  { ledger, clock, log }: RollBackDeps,
): Promise<RunRecord | undefined> {
  const { by, reason } = rolledBack;
  const amended = await amendRun(ledger, runId, (run) => ({
    // At once: whatever becomes of the attempt, nobody is to read these numbers any more.
    ...withoutNumbers(nextAttempt(run, 'validate', `rolled back by ${by}: ${reason}`, clock)),
    rolledBack,
  }));
  if (amended !== undefined) log.warn('run.withdrawn', { ...runFacts(amended.run), by, reason });
  return amended?.run;
}

/**
 * Its rows are the same by whichever version of its contract they were judged. Where they tell no day, what they say of
 * earlier days is not taken back: the day may be what was wrong. A file of a version that knew no day is of this one too.
 */
function isSameContent(other: Snapshot, own: Snapshot): boolean {
  if (other.relation !== own.relation || other.sha256 !== own.sha256) return false;
  const isOfGivenDay = contractOfEntry(own)?.asOf.kind === 'given';
  return !isOfGivenDay || other.asOf >= own.asOf || other.asOf === REFERENCE_DAY;
}

/** A rollback that failed half-way may have taken the snapshot out, and nothing else. */
async function leftByFailure(
  { runId, status, rolledBack }: RunRecord,
  { registry }: RollBackDeps,
): Promise<Snapshot | undefined> {
  if (status !== 'failed' || rolledBack === undefined) return undefined;
  return (await registry.find(runId))?.snapshot;
}

function notInNumbers({ status, rolledBack }: RunRecord): string {
  if (rolledBack !== undefined) return `${rolledBack.by} has rolled it back already`;
  return status === 'rejected' ? 'it was rejected, so that no number has its rows' : 'no number has its rows';
}

function dayOf({ asOf }: Snapshot): LocalDate | undefined {
  return asOf === REFERENCE_DAY ? undefined : asOf;
}

/** Of the files that are left, the one that books of its day or later take; none when a newer one counts there anyway. */
function standsInstead(own: Snapshot, snapshots: readonly Snapshot[]): RollbackPlan['standsInstead'] {
  const before = snapshots.filter(
    (other) => other.relation === own.relation && !isSameContent(other, own) && other.asOf <= own.asOf,
  );
  const [first] = before.toSorted((a, b) => (supersedes(a, b) ? -1 : 1));
  return first && { runId: first.runId, asOf: dayOf(first) };
}

export type TakeOutDeps = RefreshDeps & ForgetDeps & CloseDeps & CountDeps;

/**
 * The validation of such an attempt. Returns what has to be published again, or `conflict` when it was not for this
 * attempt to say. Doing this twice does no harm.
 */
export async function takeOut(
  run: RunRecord,
  rollback: Rollback,
  deps: TakeOutDeps,
): Promise<readonly StageMessage[] | 'conflict'> {
  const withdrawn = await withdrawSnapshot(run, deps);
  if (withdrawn === 'conflict') return 'conflict';
  await countInBreaker(run, { verdict: 'rolled-back', isVolumeCollapse: false }, deps);
  const others = [...withdrawn, ...(await afterTakingOut(run, deps))];
  const judged = { ...run, problems: [problemOf(run, rollback)] };
  await afterBeginning(others, () => closeRun(judged, 'canceled', {}, deps));
  return others;
}

/** Once more for whoever lost the messages. */
export async function afterTakingOut(run: RunRecord, deps: TakeOutDeps): Promise<readonly StageMessage[]> {
  return [...(await forgetRun(run, deps)), ...(await publishInstead(run, deps))];
}

/** The file before has its numbers; its report has to say since when and why they count again. */
async function publishInstead(run: RunRecord, deps: TakeOutDeps): Promise<readonly StageMessage[]> {
  const place = await deps.registry.find(run.runId);
  const instead = place && standsInstead(place.snapshot, await deps.registry.all());
  if (place !== undefined && instead !== undefined && instead.asOf === dayOf(place.snapshot)) {
    const cause = `${causeBy(run)}${run.attempt}`;
    const amended = await amendRun(deps.ledger, instead.runId, (other) =>
      isPublishedOrAbout(other) && other.bookId !== undefined && other.cause !== cause
        ? nextAttempt(other, 'publish', cause, deps.clock)
        : undefined,
    );
    if (amended?.amended === true) deps.log.info('run.refreshed', { ...runFacts(amended.run), cause });
  }
  return await broughtBackBy(run, deps);
}

function causeBy({ runId }: Pick<RunRecord, 'runId'>): string {
  return `${runId} was rolled back, attempt `;
}

/**
 * Whatever a rollback of the run has begun, and waits for its message still: a delivery may have died before that left, and
 * another file may count by now, or this one again.
 */
export async function broughtBackBy(
  run: Pick<RunRecord, 'runId'>,
  { ledger }: Pick<TakeOutDeps, 'ledger'>,
): Promise<readonly StageMessage[]> {
  const running = await ledger.list({ status: 'running' });
  return running
    .filter(({ stage, cause }) => stage === 'publish' && cause.startsWith(causeBy(run)))
    .map((other) => messageFor(other, 'publish'));
}

function problemOf({ asOf, dataset }: RunRecord, { by, reason, at }: Rollback): Problem {
  const day = asOf === undefined ? '' : ` as of ${asOf}`;
  return {
    code: 'rolled-back',
    severity: 'warning',
    message: `${by} rolled this file of ${dataset}${day} back on ${at.slice(0, 10)}: ${reason}. None of its rows is in the numbers, and what counted before it counts again. Drop a corrected file, or rerun this run from validate if the file was right after all.`,
  };
}
