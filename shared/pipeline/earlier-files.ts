import { createHash } from 'node:crypto';
import type { Contract } from '../contracts/contract.ts';
import { type LocalDate, REFERENCE_DAY } from '../domain/local-date.ts';
import type { Snapshot } from '../ports/snapshot-registry.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { supersedes } from './book.ts';
import { comparedBook, comparedBookId } from './compared-book.ts';

// The files of its own contract that a file is compared with when its rows are counted. They follow from when files
// landed and which days they stand for, so that it does not matter which of them was worked on first.

const MOST_FILES = 10;

export type FileOfFeed = Pick<
  Snapshot,
  'relation' | 'runId' | 'sha256' | 'contractVersion' | 'landedAt' | 'asOf'
>;

/**
 * Accepted files that had landed by then and that it supersedes, newest first: of each day up to its own the one that
 * stood; of reference data, which stands for no day, those before it. A month that is brought in after the others is
 * compared with the months before it, and with nothing if it is the first.
 */
export function earlierFiles(file: FileOfFeed, snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const before = snapshots
    .filter((other) => other.relation === file.relation)
    .filter((other) => other.sha256 !== file.sha256 || other.asOf !== file.asOf)
    .filter((other) => other.landedAt <= file.landedAt && supersedes(file, other))
    .toSorted((a, b) => (supersedes(a, b) ? -1 : 1));
  const standing = new Map<string, Snapshot>();
  for (const snapshot of before) {
    // Of reference data each content counts once, by whatever versions of its contract it was judged.
    const place = file.asOf === REFERENCE_DAY ? snapshot.sha256 : snapshot.asOf;
    if (!standing.has(place)) standing.set(place, snapshot);
  }
  return [...standing.values()].slice(0, MOST_FILES);
}

/** Does the contract ask whether a file has about as many rows as the ones before it? */
export function countsRows({ expectations = [] }: Pick<Contract, 'expectations'>): boolean {
  return expectations.some(({ kind }) => kind === 'volume');
}

/** The earlier files that the rows of a run are counted against; none where the contract does not count them. */
export function filesToCountAgainst(
  contract: Contract,
  { runId, sha256, contractVersion, drop }: CountedRun,
  asOf: LocalDate | undefined,
  snapshots: readonly Snapshot[],
): readonly Snapshot[] {
  if (!countsRows(contract)) return [];
  const { relation } = contract;
  const place = { asOf: asOf ?? REFERENCE_DAY, landedAt: drop.landedAt };
  return earlierFiles({ relation, runId, sha256, contractVersion, ...place }, snapshots);
}

/**
 * The same for the same other files: a run that would be compared with others now, or counted against others, is judged
 * again.
 */
export function comparedFilesId(
  contract: Contract,
  run: CountedRun,
  asOf: LocalDate | undefined,
  snapshots: readonly Snapshot[],
): string {
  const compared = comparedBookId(comparedBook(contract, asOf, snapshots));
  const earlier = filesToCountAgainst(contract, run, asOf, snapshots);
  if (earlier.length === 0) return compared;
  const counted = earlier.map(({ asOf: day, sha256, rows }) => [day, sha256, rows].join(' '));
  return createHash('sha256')
    .update([compared, ...counted].join('\n'))
    .digest('hex')
    .slice(0, 16);
}

type CountedRun = Pick<RunRecord, 'runId' | 'sha256' | 'contractVersion' | 'drop'>;
