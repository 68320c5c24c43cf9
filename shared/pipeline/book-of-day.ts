import type { LocalDate } from '../domain/local-date.ts';
import type { BookEntry } from '../kpis/kpi-result.ts';
import type { Model } from '../kpis/model-graph.ts';
import { REPORT_RELATION } from '../kpis/relations.ts';
import type { Snapshot } from '../ports/snapshot-registry.ts';
import { isReferenceData, supersedes } from './book.ts';

// The book of a day for which no file came. What happened is in the newest files: loans, payments and the like of a later
// day are taken, since the models cut them to the day that is reported. What a file only says of its own day is taken
// from the newest that is not after it, as in every book.

/** Balances by month end: only of use for a day that bears one of its labels, which is not for this file to find out. */
export const PAR_RELATION = 'looker_loan_par_balances';

export function bookOfDay(
  day: LocalDate,
  snapshots: readonly Snapshot[],
  models: readonly Model[],
): BookEntry[] {
  const chosen = new Map<string, Snapshot>();
  for (const [relation, ofRelation] of Map.groupBy(snapshots, (snapshot) => snapshot.relation)) {
    const admitted = admittedOf(relation, ofRelation, day, models);
    const [first, ...others] = admitted;
    if (first === undefined) continue;
    chosen.set(
      relation,
      others.reduce((best, snapshot) => (supersedes(snapshot, best) ? snapshot : best), first),
    );
  }
  return [...chosen.values()]
    .sort((a, b) => (a.relation < b.relation ? -1 : 1))
    .map(({ landedAt: _landedAt, attempt: _attempt, ...entry }) => entry);
}

function admittedOf(
  relation: string,
  snapshots: readonly Snapshot[],
  day: LocalDate,
  models: readonly Model[],
): readonly Snapshot[] {
  if (relation === PAR_RELATION) {
    const ofThatDay = snapshots.filter(({ asOf }) => asOf === day);
    return ofThatDay.length > 0 ? ofThatDay : snapshots;
  }
  return isCutToReport(relation, models) ? snapshots : snapshots.filter(({ asOf }) => asOf <= day);
}

/**
 * A model that names `report` shows nothing of a later day, so a relation that is only read by such models may be of a
 * later day.
 */
export function isCutToReport(relation: string, models: readonly Model[]): boolean {
  const readers = models.flatMap(({ variants }) => variants).filter(({ reads }) => reads.includes(relation));
  return readers.length > 0 && readers.every(({ reads }) => reads.includes(REPORT_RELATION));
}

/** The days that there is data of, reference data aside. */
export function spanOf(
  snapshots: readonly Pick<Snapshot, 'relation' | 'contractVersion' | 'asOf'>[],
): { readonly first: LocalDate; readonly last: LocalDate } | undefined {
  const days = snapshots.filter((snapshot) => !isReferenceData(snapshot)).map(({ asOf }) => asOf);
  const [first, last] = [days.toSorted().at(0), days.toSorted().at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}
