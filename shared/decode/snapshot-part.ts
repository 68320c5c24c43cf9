import type { RowIssue } from '../contracts/row-schema.ts';
import type { ValueCounts } from '../privacy/value-counts.ts';
import type { EncodedRowGroup } from '../staging/parquet-row-group.ts';
import type { AsOfVotes } from './as-of-finder.ts';
import type { IssueLine } from './problem-tally.ts';

/**
 * What up to BATCH_RECORDS records of a file became: judged, masked, folded and encoded. Plain data, since it may come
 * from another thread; no cell in it can name a person.
 */
export type SnapshotPart = {
  /** Records read, rejected ones included; blank lines are no records. */
  readonly records: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Left out without a word, since another row says the same. */
  readonly dropped: number;
  /** Undefined when no row was accepted. */
  readonly rowGroup: EncodedRowGroup | undefined;
  /** Exact sum of each decimal column over the accepted rows, in units of its scale. */
  readonly totals: Readonly<Record<string, bigint>>;
  readonly nulls: Readonly<Record<string, number>>;
  readonly votes: AsOfVotes;
  /** Every issue is counted here. */
  readonly issues: readonly IssueLine[];
  /** Rejected rows in order: the first ones in words, the others by their codes alone. */
  readonly rejectedRows: readonly RejectedRow[];
  readonly suspects: readonly SuspectColumn[];
};

/** A rejected row as it may be written down: cells that could name somebody are tokens. */
export type RejectedRow = {
  readonly record: number;
  /** Where the record begins in the file, in bytes; formats without such a place have none. */
  readonly offset?: number;
} & (
  | { readonly issues: readonly RowIssue[]; readonly cells: Readonly<Record<string, string>> }
  /** Beyond the cap on detail. */
  | { readonly codes: readonly string[] }
);

/** A column that nobody declared as personal, and what looked personal in it. */
export type SuspectColumn = {
  /** Name as the contract has it, or as the file does when the contract does not know it. */
  readonly column: string;
  readonly isDeclared: boolean;
  readonly counts: ValueCounts;
};
