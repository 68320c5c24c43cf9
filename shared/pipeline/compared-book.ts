import { createHash } from 'node:crypto';
import type { Contract } from '../contracts/contract.ts';
import { addDays, LocalDate } from '../domain/local-date.ts';
import type { Snapshot } from '../ports/snapshot-registry.ts';
import { supersedes } from './book.ts';

// The other files that a file is compared with: those its references and reconciliations name, as of its own day or
// the day nearest to it.

const NO_LIMIT = LocalDate.parse('9999-12-31');
/** Events are dated by the last of them, which is often a day or two before the export that knows all their loans. */
const DAYS_AFTER = 31;

/** Relations that the contract's suite asks, in name order. */
export function comparedRelations({ references = [], expectations = [] }: Contract): readonly string[] {
  const named = [
    ...references.map(({ to }) => to.relation),
    ...expectations.flatMap((each) => (each.kind === 'reconciles' ? [each.with.relation] : [])),
  ];
  return [...new Set(named)].toSorted();
}

/**
 * Of each such relation the snapshot of the file's own day; else the next one within a month, since it knows all that
 * was there before; else the newest before it. Reference data meets the newest of all.
 */
export function comparedBook(
  contract: Contract,
  asOf: LocalDate | undefined,
  snapshots: readonly Snapshot[],
): readonly Snapshot[] {
  return comparedRelations(contract).flatMap((relation) => {
    if (relation === contract.relation) return [];
    const candidates = snapshots.filter((snapshot) => snapshot.relation === relation);
    const best =
      asOf === undefined
        ? newest(candidates, NO_LIMIT)
        : (nextAfter(candidates, asOf) ?? newest(candidates, asOf));
    return best === undefined ? [] : [best];
  });
}

function newest(snapshots: readonly Snapshot[], until: LocalDate): Snapshot | undefined {
  let best: Snapshot | undefined;
  for (const snapshot of snapshots) {
    if (snapshot.asOf > until) continue;
    if (best === undefined || supersedes(snapshot, best)) best = snapshot;
  }
  return best;
}

function nextAfter(snapshots: readonly Snapshot[], asOf: LocalDate): Snapshot | undefined {
  const inReach = snapshots.filter(({ asOf: day }) => day >= asOf && day <= addDays(asOf, DAYS_AFTER));
  const [day] = inReach.map(({ asOf }) => asOf).toSorted();
  return day === undefined
    ? undefined
    : newest(
        inReach.filter(({ asOf }) => asOf === day),
        day,
      );
}

/**
 * The same for the same referenced files: a run whose references would meet other rows is checked again. Files that
 * are only reconciled with do not count, since the one that arrives later makes that comparison.
 */
export function referencedBookId({ references = [] }: Contract, book: readonly Snapshot[]): string {
  const relations = new Set(references.map(({ to }) => to.relation));
  const files = book
    .filter(({ relation }) => relations.has(relation))
    .map(({ relation, asOf, contractVersion, stagedSha256 }) =>
      [relation, asOf, contractVersion, stagedSha256].join(' '),
    );
  return createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 16);
}
