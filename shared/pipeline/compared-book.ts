import { createHash } from 'node:crypto';
import type { Contract } from '../contracts/contract.ts';
import { LocalDate } from '../domain/local-date.ts';
import type { Snapshot } from '../ports/snapshot-registry.ts';
import { supersedes } from './book.ts';

// The other files that a file is compared with: those its references and reconciliations name, as of its own day.

const NO_LIMIT = LocalDate.parse('9999-12-31');

/** Relations that the contract's suite asks, in name order. */
export function comparedRelations({ references = [], expectations = [] }: Contract): readonly string[] {
  const named = [
    ...references.map(({ to }) => to.relation),
    ...expectations.flatMap((each) => (each.kind === 'reconciles' ? [each.with.relation] : [])),
  ];
  return [...new Set(named)].toSorted();
}

/** Of each such relation the newest snapshot that is not newer than the file; reference data meets the newest of all. */
export function comparedBook(
  contract: Contract,
  asOf: LocalDate | undefined,
  snapshots: readonly Snapshot[],
): readonly Snapshot[] {
  return comparedRelations(contract).flatMap((relation) => {
    if (relation === contract.relation) return [];
    let best: Snapshot | undefined;
    for (const snapshot of snapshots) {
      if (snapshot.relation !== relation || snapshot.asOf > (asOf ?? NO_LIMIT)) continue;
      if (best === undefined || supersedes(snapshot, best)) best = snapshot;
    }
    return best === undefined ? [] : [best];
  });
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
