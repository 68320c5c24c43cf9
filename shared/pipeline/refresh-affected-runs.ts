import type { Contract } from '../contracts/contract.ts';
import { CONTRACTS, contractOf } from '../contracts/registry.ts';
import type { BookId, RunId } from '../domain/ids.ts';
import { REFERENCE_DAY } from '../domain/local-date.ts';
import { bookIdOf } from '../kpis/book-id.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import type { Snapshot, SnapshotRegistry } from '../ports/snapshot-registry.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { nextAttempt } from './begin-attempt.ts';
import { bookOf, isReferenceData, readByKpis, runsAffectedBy } from './book.ts';
import { comparedRelations } from './compared-book.ts';
import { comparedFilesId, countsRows } from './earlier-files.ts';
import { restoreLastLanded } from './last-landed.ts';
import { hasNumbers } from './newest-mart.ts';
import { messageFor, type StageMessage } from './stage-message.ts';

export type RefreshDeps = {
  ledger: RunLedger;
  registry: SnapshotRegistry;
  catalog(): Promise<Catalog>;
  clock: Clock;
  log: Log;
};

/**
 * A new snapshot may belong into the books of runs that were computed without it, and others may be compared with it; one
 * that was withdrawn is missing there. Each of those runs gets a new attempt, from compute or from validate on. So files
 * that arrive together end in the same numbers and remarks, whatever their order, and a file whose content landed again after
 * the new one counts again. A run that is still being validated is
 * left alone: it looks for itself before it goes on. Doing this twice does no harm, and returns the messages that are still
 * waited for.
 */
export async function refreshAffectedRuns(runId: RunId, deps: RefreshDeps): Promise<readonly StageMessage[]> {
  const place = await deps.registry.find(runId);
  if (place === undefined) return [];
  const snapshots = await deps.registry.all();
  const happened = place.isRemoved ? 'was withdrawn' : 'arrived';
  const restored = await restoreLastLanded(place.snapshot, snapshots, deps);
  return [...restored, ...(await refreshOthers({ changed: place.snapshot, happened, snapshots }, deps))];
}

/**
 * A run is rejected. If an attempt before was accepted, its rows leave the book, and every run that may have used them
 * is computed or checked again. Doing this twice does no harm. `conflict`: it was not for this attempt to say.
 */
export async function withdrawSnapshot(
  {
    runId,
    attempt,
    contract,
    contractVersion,
  }: Pick<RunRecord, 'runId' | 'attempt' | 'contract' | 'contractVersion'>,
  deps: RefreshDeps,
): Promise<readonly StageMessage[] | 'conflict'> {
  const relation = contractOf(contract, contractVersion)?.relation;
  if (relation === undefined) return [];
  const removed = await deps.registry.remove({ relation, runId, attempt });
  return removed === 'conflict' ? 'conflict' : await refreshAffectedRuns(runId, deps);
}

type Change = {
  readonly changed: Snapshot;
  readonly happened: 'arrived' | 'was withdrawn';
  /** All that stand in the books now. */
  readonly snapshots: readonly Snapshot[];
};

async function refreshOthers(change: Change, deps: RefreshDeps): Promise<readonly StageMessage[]> {
  const { changed, happened, snapshots } = change;
  const checkedAgain = await checkComparedAgain(change, deps);
  const messages: StageMessage[] = [...checkedAgain.messages];
  const catalog = await deps.catalog();
  if (readByKpis([changed], catalog).length === 0) return messages;
  const inBooks = readByKpis(snapshots, catalog);
  const affected = new Set(happened === 'arrived' ? runsAffectedBy(changed, inBooks) : inBooks);
  for (const snapshot of inBooks) {
    // Reference data has no book of its own, so that nothing is computed for it.
    if (isReferenceData(snapshot) || snapshot.asOf < changed.asOf) continue;
    if (snapshot.relation === changed.relation || checkedAgain.runIds.has(snapshot.runId)) continue;
    const bookId = bookIdOf(bookOf(snapshot, inBooks), catalog.sha256);
    const begun = affected.has(snapshot)
      ? await beginAttempt(snapshot.runId, bookId, change, deps)
      : undefined;
    const waiting = begun ?? (await attemptBegunEarlier(snapshot.runId, change, deps));
    if (waiting !== undefined) messages.push(messageFor(waiting, 'compute'));
  }
  return messages;
}

function causeOf({ changed, happened }: Change): string {
  return `${nameOf(changed)} ${happened}`;
}

/** Begun because of this snapshot, whether it had come or gone then: it may have done both since. */
function isCausedBy({ changed }: Change, { cause }: RunRecord): boolean {
  return cause.startsWith(`${nameOf(changed)} `);
}

function nameOf({ dataset, asOf }: Snapshot): string {
  return `${dataset} ${asOf === REFERENCE_DAY ? '(reference data)' : `as of ${asOf}`}`;
}

/** Runs that are compared with the changed relation are validated again, if they would meet another file now. */
async function checkComparedAgain(
  change: Change,
  { ledger, clock, log }: RefreshDeps,
): Promise<{ messages: readonly StageMessage[]; runIds: ReadonlySet<RunId> }> {
  const { changed, snapshots } = change;
  const messages: StageMessage[] = [];
  const runIds = new Set<RunId>();
  const isCompared = (contract: Contract): boolean =>
    comparedRelations(contract).includes(changed.relation) ||
    (contract.relation === changed.relation && countsRows(contract));
  if (!CONTRACTS.some(isCompared)) return { messages, runIds };
  const cause = causeOf(change);
  const inBooks = new Set(snapshots.map(({ runId }) => runId));
  const others = new Map<Contract, readonly Snapshot[]>();
  // Read after the change was registered: whoever notes later what he was compared with sees it for himself.
  for (const run of await ledger.list()) {
    const contract = contractOf(run.contract, run.contractVersion);
    if (contract === undefined || !isCompared(contract)) continue;
    const ofItsBook = others.get(contract) ?? thoseOf(contract, snapshots);
    others.set(contract, ofItsBook);
    const hasOthers = ({ checkedBook, ...rest }: RunRecord): boolean =>
      checkedBook !== undefined &&
      isChecked({ ...rest, checkedBook }, inBooks) &&
      checkedBook.id !== comparedFilesId(contract, rest, checkedBook.asOf, ofItsBook);
    // Nearly all runs that there ever were end here, without being asked for one by one.
    if (!hasOthers(run) && !isBegun(run, change)) continue;
    const amended = await amendRun(ledger, run.runId, (current) =>
      hasOthers(current) ? nextAttempt(current, 'validate', cause, clock) : undefined,
    );
    if (amended === undefined) continue;
    const { run: after } = amended;
    if (amended.amended) log.info('run.refreshed', { ...runFacts(after), cause });
    if (!isBegun(after, change)) continue;
    runIds.add(after.runId);
    messages.push(messageFor(after, 'validate'));
  }
  return { messages, runIds };
}

/** Now, or by an earlier delivery that died before its message left. */
function isBegun(run: RunRecord, change: Change): boolean {
  return run.status === 'running' && run.stage === 'validate' && isCausedBy(change, run);
}

/** The snapshots that files of the contract can be compared with. */
function thoseOf(contract: Contract, snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const relations = new Set([contract.relation, ...comparedRelations(contract)]);
  return snapshots.filter(({ relation }) => relations.has(relation));
}

/**
 * It has been compared, and what came of it may be another thing now. One that is at it has not, and looks again
 * afterwards. One that failed later on has its rows in the books all the same.
 */
function isChecked(run: RunRecord, inBooks: ReadonlySet<RunId>): boolean {
  switch (run.status) {
    case 'success':
      return true;
    case 'running':
      return run.stage !== 'validate' || run.checkedBook?.attempt === run.attempt;
    case 'rejected':
      return run.problems.some(({ code }) => code === 'orphan' || code === 'volume-change');
    case 'failed':
    case 'canceled':
      return inBooks.has(run.runId);
  }
}

async function beginAttempt(
  runId: RunId,
  bookId: BookId,
  change: Change,
  { ledger, clock, log }: RefreshDeps,
): Promise<RunRecord | undefined> {
  const cause = causeOf(change);
  const amended = await amendRun(ledger, runId, (run) =>
    isWithoutBook(run, bookId) || standsWithout(run, bookId, change)
      ? nextAttempt(run, 'compute', cause, clock)
      : undefined,
  );
  if (amended?.amended !== true) return undefined;
  log.info('run.refreshed', { ...runFacts(amended.run), cause });
  return amended.run;
}

/**
 * An earlier delivery may have begun the attempt and died before its message left. A newer snapshot may have
 * taken our place in the book since, so that the run no longer looks affected; it waits for that message still.
 */
async function attemptBegunEarlier(
  runId: RunId,
  change: Change,
  { ledger }: RefreshDeps,
): Promise<RunRecord | undefined> {
  const run = (await ledger.find(runId))?.value;
  if (run?.status !== 'running' || run.stage !== 'compute') return undefined;
  return isCausedBy(change, run) ? run : undefined;
}

/** Computed over another book, or being computed over nobody knows which. */
function isWithoutBook(run: RunRecord, bookId: BookId): boolean {
  if (run.status === 'running' && run.stage === 'compute') return true;
  const isComputed = run.status === 'success' || (run.status === 'running' && run.stage === 'publish');
  return isComputed && run.bookId !== bookId;
}

/** The last numbers of a run that failed stand, but not with rows that were withdrawn. */
function standsWithout(run: RunRecord, bookId: BookId, { happened }: Change): boolean {
  const hasFailedOverIt = run.status === 'failed' && (run.stage === 'compute' || run.stage === 'publish');
  return happened === 'was withdrawn' && hasFailedOverIt && hasNumbers(run) && run.bookId !== bookId;
}
