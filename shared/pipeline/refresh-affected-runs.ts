import { contractOf } from '../contracts/registry.ts';
import type { BookId, RunId } from '../domain/ids.ts';
import { REFERENCE_DAY } from '../domain/local-date.ts';
import { bookIdOf } from '../kpis/book-id.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import type { Snapshot, SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { bookOf, readByKpis, runsAffectedBy } from './book.ts';
import { comparedBook, referencedBookId } from './compared-book.ts';
import { messageFor, type StageMessage } from './stage-message.ts';

export type RefreshDeps = {
  ledger: RunLedger;
  registry: SnapshotRegistry;
  catalog(): Promise<Catalog>;
  clock: Clock;
  log: Log;
};

/**
 * A new snapshot may belong into the books of runs that were computed without it, and may know the rows that others
 * refer to: each of those gets a new attempt, from compute or from validate on. So files that arrive together end in
 * the same numbers, whatever their order. A run that is still being validated is left alone: it looks for itself
 * before it goes on. Doing this twice does no harm.
 */
export async function refreshAffectedRuns(runId: RunId, deps: RefreshDeps): Promise<readonly StageMessage[]> {
  const snapshots = await deps.registry.all();
  const added = snapshots.find((snapshot) => snapshot.runId === runId);
  if (added === undefined) return [];
  const catalog = await deps.catalog();
  const cause = `${added.dataset} ${dayOf(added)} arrived`;
  const checkedAgain = await checkReferrersAgain(added, snapshots, cause, deps);
  const own = readByKpis([added], catalog);
  const inBooks = own.length === 0 ? [] : readByKpis(snapshots, catalog);
  const affected = new Set(runsAffectedBy(added, inBooks));
  const messages: StageMessage[] = [...checkedAgain.messages];
  for (const snapshot of inBooks) {
    if (snapshot.relation === added.relation || snapshot.asOf < added.asOf) continue;
    if (checkedAgain.runIds.has(snapshot.runId)) continue;
    const begun = affected.has(snapshot)
      ? await beginAttempt(snapshot.runId, bookIdOf(bookOf(snapshot, inBooks), catalog.sha256), cause, deps)
      : await attemptBegunEarlier(snapshot.runId, cause, deps);
    if (begun !== undefined) messages.push(messageFor(begun, 'compute'));
  }
  return messages;
}

/**
 * A run that was accepted before is now rejected: its rows leave the book, and every run that may have used them
 * is computed or checked again. Doing this twice does no harm.
 */
export async function withdrawSnapshot(
  run: Pick<RunRecord, 'runId' | 'relation' | 'dataset' | 'asOf' | 'contract' | 'contractVersion'>,
  deps: RefreshDeps,
): Promise<readonly StageMessage[]> {
  const { runId, relation, dataset } = run;
  const asOf =
    run.asOf ??
    (contractOf(run.contract, run.contractVersion)?.asOf.kind === 'always' ? REFERENCE_DAY : undefined);
  if (relation === undefined || asOf === undefined) return [];
  await deps.registry.remove({ relation, runId });
  const snapshots = await deps.registry.all();
  const catalog = await deps.catalog();
  const withdrawn = { relation, asOf, dataset };
  const cause = `${dataset} ${dayOf(withdrawn)} was withdrawn`;
  const checkedAgain = await checkReferrersAgain(withdrawn, snapshots, cause, deps);
  const messages: StageMessage[] = [...checkedAgain.messages];
  const inBooks = readByKpis([withdrawn], catalog).length === 0 ? [] : readByKpis(snapshots, catalog);
  for (const snapshot of inBooks) {
    if (snapshot.relation === relation || snapshot.asOf < asOf) continue;
    if (checkedAgain.runIds.has(snapshot.runId)) continue;
    const bookId = bookIdOf(bookOf(snapshot, inBooks), catalog.sha256);
    const begun = await beginAttempt(snapshot.runId, bookId, cause, deps);
    if (begun !== undefined) messages.push(messageFor(begun, 'compute'));
  }
  return messages;
}

function dayOf({ asOf }: Pick<Snapshot, 'asOf'>): string {
  return asOf === REFERENCE_DAY ? '(reference data)' : `as of ${asOf}`;
}

type Changed = Pick<Snapshot, 'relation' | 'asOf' | 'dataset'>;

/** Runs whose rows refer to rows of the changed relation are validated again, if they would meet other rows now. */
async function checkReferrersAgain(
  changed: Changed,
  snapshots: readonly Snapshot[],
  cause: string,
  deps: RefreshDeps,
): Promise<{ messages: readonly StageMessage[]; runIds: ReadonlySet<RunId> }> {
  const messages: StageMessage[] = [];
  const runIds = new Set<RunId>();
  for (const run of await deps.ledger.list()) {
    const contract = contractOf(run.contract, run.contractVersion);
    const refers = contract?.references?.some(({ to }) => to.relation === changed.relation) === true;
    if (!refers || contract === undefined || run.checkedBook === undefined) continue;
    const now = referencedBookId(contract, comparedBook(contract, run.asOf, snapshots));
    const amended = await amendRun(deps.ledger, run.runId, (current) => {
      if (!isChecked(current)) return undefined;
      return current.checkedBook?.id === now ? undefined : anew(current, 'validate', cause, deps.clock);
    });
    if (amended === undefined) continue;
    const { run: after } = amended;
    if (amended.amended)
      deps.log.info('run.refreshed', { runId: after.runId, attempt: after.attempt, cause });
    // Begun now, or by an earlier delivery that died before its message left.
    if (after.status !== 'running' || after.stage !== 'validate' || after.cause !== cause) continue;
    runIds.add(after.runId);
    messages.push(messageFor(after, 'validate'));
  }
  return { messages, runIds };
}

/** Its references have been looked up, whatever came of it. One that is at it has not, and looks again afterwards. */
function isChecked(run: RunRecord): boolean {
  if (run.checkedBook === undefined) return false;
  if (run.status === 'success') return true;
  if (run.status === 'running') return run.stage !== 'validate' || run.checkedBook.attempt === run.attempt;
  return run.status === 'rejected' && run.problems.some(({ code }) => code === 'orphan');
}

async function beginAttempt(
  runId: RunId,
  bookId: BookId,
  cause: string,
  { ledger, clock, log }: RefreshDeps,
): Promise<RunRecord | undefined> {
  const amended = await amendRun(ledger, runId, (run) =>
    isWithoutBook(run, bookId) ? anew(run, 'compute', cause, clock) : undefined,
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

function anew(run: RunRecord, stage: 'validate' | 'compute', cause: string, clock: Clock): RunRecord {
  const { completedAt: _, ...rest } = run;
  return {
    ...rest,
    status: 'running',
    stage,
    attempt: run.attempt + 1,
    cause,
    updatedAt: clock.now().toISOString(),
  };
}
