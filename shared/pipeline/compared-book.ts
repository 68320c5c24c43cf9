import { createHash } from 'node:crypto';
import type { Contract } from '../contracts/contract.ts';
import { addDays, LocalDate } from '../domain/local-date.ts';
import type { Snapshot } from '../ports/snapshot-registry.ts';
import { supersedes } from './book.ts';

// The other files that a file is compared with: those its references and reconciliations name, as of its own day.

const NO_LIMIT = LocalDate.parse('9999-12-31');
/** A file of events is dated by the last of them, which is often a day or two before it was exported. */
const DAYS_AFTER_EVENTS = 7;

/** Relations that the contract's suite asks, in name order. */
export function comparedRelations({ references = [], expectations = [] }: Contract): readonly string[] {
  const named = [
    ...references.map(({ to }) => to.relation),
    ...expectations.flatMap((each) => {
      if (each.kind === 'rebuilds') return each.from.map(({ relation }) => relation);
      return each.kind === 'reconciles' ? [each.with.relation] : [];
    }),
  ];
  return [...new Set(named)].toSorted();
}

/**
 * Of each such relation the newest snapshot that is not newer than the file; of files of events the first one of the
 * week that begins with the last event, if there is one. Reference data meets the newest of all.
 */
export function comparedBook(
  contract: Contract,
  asOf: LocalDate | undefined,
  snapshots: readonly Snapshot[],
): readonly Snapshot[] {
  return comparedRelations(contract).flatMap((relation) => {
    if (relation === contract.relation) return [];
    const candidates = snapshots.filter((snapshot) => snapshot.relation === relation);
    const exported =
      asOf !== undefined && contract.asOf.kind === 'newest-event'
        ? exportedWith(candidates, asOf)
        : undefined;
    const best = exported ?? newest(candidates, asOf ?? NO_LIMIT);
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

function exportedWith(snapshots: readonly Snapshot[], asOf: LocalDate): Snapshot | undefined {
  const inReach = snapshots.filter(({ asOf: day }) => day >= asOf && day <= addDays(asOf, DAYS_AFTER_EVENTS));
  const [day] = inReach.map(({ asOf }) => asOf).toSorted();
  return day === undefined
    ? undefined
    : newest(
        inReach.filter(({ asOf }) => asOf === day),
        day,
      );
}

/** The same for the same files: a run that would be compared with others now is checked again. */
export function comparedBookId(book: readonly Snapshot[]): string {
  const files = book.map(({ relation, asOf, contractVersion, stagedSha256 }) =>
    [relation, asOf, contractVersion, stagedSha256].join(' '),
  );
  return createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 16);
}
