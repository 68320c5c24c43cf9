import { isReference } from '../contracts/contract.ts';
import { contractOfEntry } from '../contracts/registry.ts';
import type { RunId } from '../domain/ids.ts';
import { type LocalDate, REFERENCE_DAY } from '../domain/local-date.ts';
import type { BookEntry } from '../kpis/kpi-result.ts';
import { type Model, relationsBehind } from '../kpis/model-graph.ts';
import type { Snapshot } from '../ports/snapshot-registry.ts';
import type { RunRecord } from '../runs/run-record.ts';

// The book of a run: its own snapshot, and of every other dataset the newest accepted one that is not newer.
// It depends on which snapshots there are, not on the order in which they came.

export function bookOf(
  run: Pick<RunRecord, 'runId' | 'relation'>,
  snapshots: readonly Snapshot[],
): BookEntry[] {
  const own = snapshots.find(({ runId }) => runId === run.runId);
  if (own === undefined) return [];
  const newest = new Map<string, Snapshot>([[own.relation, own]]);
  for (const snapshot of snapshots) {
    if (snapshot.relation === own.relation || snapshot.asOf > own.asOf) continue;
    const best = newest.get(snapshot.relation);
    if (best === undefined || supersedes(snapshot, best)) newest.set(snapshot.relation, snapshot);
  }
  return [...newest.values()]
    .sort((a, b) => (a.relation < b.relation ? -1 : 1))
    .map(({ landedAt: _landedAt, attempt: _attempt, ...entry }) => entry);
}

/**
 * Later as-of date first; for one day the file that landed last; of one landing that was judged by two versions of its
 * contract the newer version; the run id settles what is left.
 */
export function supersedes(a: Standing, b: Standing): boolean {
  if (a.asOf !== b.asOf) return a.asOf > b.asOf;
  if (a.landedAt !== b.landedAt) return a.landedAt > b.landedAt;
  const [version, other] = [a.contractVersion ?? 1, b.contractVersion ?? 1];
  return version === other ? a.runId > b.runId : version > other;
}

type Standing = {
  readonly asOf: LocalDate;
  readonly landedAt: string;
  /** Absent where it was written down before a contract had a second version. */
  readonly contractVersion?: number | undefined;
  readonly runId: RunId;
};

/** Where a run stands among others of its feed, once it has a date. */
export function standingOf(run: RunRecord & { asOf: LocalDate }): Standing {
  const { asOf, drop, contractVersion, runId } = run;
  return { asOf, landedAt: drop.landedAt, contractVersion, runId };
}

/** Runs whose book the new snapshot may have changed: those of other relations as of its day or later. */
export function runsAffectedBy(added: Snapshot, snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return snapshots.filter(
    (snapshot) =>
      snapshot.relation !== added.relation &&
      snapshot.asOf >= added.asOf &&
      bookOf(snapshot, snapshots).some(({ runId }) => runId === added.runId),
  );
}

/** Reference data is in the books of others and has none of its own, also where it stands for a day. */
export function isReferenceData(entry: Pick<BookEntry, 'relation' | 'contractVersion' | 'asOf'>): boolean {
  const contract = contractOfEntry(entry);
  return entry.asOf === REFERENCE_DAY || (contract !== undefined && isReference(contract));
}

/** The snapshots that any KPI can be computed from. The others are kept and checked, but change no number. */
export function readByKpis<Part extends { readonly relation: string }>(
  snapshots: readonly Part[],
  { models }: { readonly models: readonly Model[] },
): readonly Part[] {
  const relations = new Set(models.flatMap(({ name }) => relationsBehind(name, models)));
  return snapshots.filter(({ relation }) => relations.has(relation));
}
