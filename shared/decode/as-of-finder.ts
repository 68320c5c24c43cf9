import type { Contract } from '../contracts/contract.ts';
import { fromEpochDay, LocalDate, toEpochDay } from '../domain/local-date.ts';
import type { ColumnBatch, Vector } from './column-batch.ts';

// The true as-of date of a file, from its rows and by the rule of its contract.

/** A due date that stands for "never" leads beyond it, to a day that cannot be written. */
const LAST_DAY = toEpochDay(LocalDate.parse('9999-12-31'));
/** All the days beyond, which are counted as one: none of them can be the answer. */
const NO_DAY = LAST_DAY + 1;

/** How many rows say something, and the record number of the first of them. */
export type Told = { readonly rows: number; readonly record: number };

/** One date of the column that labels the snapshots of a file. */
export type Snapshot = Told & { readonly date: LocalDate };

export type AsOfFinding = {
  readonly asOf: LocalDate | undefined;
  /** Rows of the newest snapshot that say another day than most. */
  readonly disagreeing: number;
  /** The rows that say the day; undefined when none does. */
  readonly told: Told | undefined;
  /** Of files whose rows carry a snapshot date: the newest one and the one before it. */
  readonly newest: Snapshot | undefined;
  readonly before: Snapshot | undefined;
};

export type Tally = { rows: number; record: number };
/** The rows of one snapshot, and how many of them imply each day. */
export type SnapshotTally = Tally & { readonly votes: Map<number, Tally> };
/**
 * What the rows of a part of a file say, by snapshot label. Plain data, so that it may cross threads; only as much as the
 * answer needs, so that a file with a million labels takes no more memory than one with two.
 */
export type AsOfVotes = Map<number, SnapshotTally>;

/** What the rows of a batch say about the day, by the contract's rule. */
export function asOfVotes(
  { asOf: rule, columns }: Pick<Contract, 'asOf' | 'columns'>,
  batch: ColumnBatch,
): AsOfVotes {
  const vector = (name: string | undefined): Vector | undefined =>
    batch.columns[columns.findIndex((column) => column.name === name)];
  const votes: AsOfVotes = new Map();
  if (rule.kind === 'given' || rule.kind === 'always') return votes;
  const labels = vector(rule.kind === 'date-plus-days' ? rule.label : rule.column);
  const ends = rule.kind === 'newest-event' ? vector(rule.until) : undefined;
  const dates = rule.kind === 'date-plus-days' ? vector(rule.date) : undefined;
  const late = rule.kind === 'date-plus-days' ? vector(rule.days) : undefined;
  let last: { label: number; snapshot: SnapshotTally } | undefined;
  for (let row = 0; row < batch.rows; row += 1) {
    const record = batch.recordNumbers[row] as number;
    const end = ends === undefined ? undefined : numberAt(ends, row);
    const label = end ?? (labels === undefined ? UNLABELLED : numberAt(labels, row));
    if (label === undefined) continue;
    // Files are mostly sorted by date: the snapshot of the row before is asked first.
    if (last?.label !== label) {
      const snapshot = votes.get(label) ?? { rows: 0, record, votes: new Map<number, Tally>() };
      if (snapshot.rows === 0) votes.set(label, snapshot);
      last = { label, snapshot };
    }
    count(last.snapshot, record);
    const days = late === undefined ? undefined : numberAt(late, row);
    const date = days === undefined || days <= 0 || dates === undefined ? undefined : numberAt(dates, row);
    if (date === undefined || days === undefined) continue;
    const day = Math.min(date + days, NO_DAY);
    const vote = last.snapshot.votes.get(day) ?? { rows: 0, record };
    if (vote.rows === 0) last.snapshot.votes.set(day, vote);
    count(vote, record);
  }
  keepNewest(votes);
  return votes;
}

/**
 * Drops what no answer can need. The newest label of a file is the newest of each part that has it, so its votes are
 * all there; the one before it is among the two newest of each part that has it, so its rows are all counted.
 */
function keepNewest(votes: AsOfVotes): void {
  const [newest, before] = [...votes.keys()].sort((a, b) => b - a);
  for (const [label, snapshot] of votes) {
    if (label === newest) continue;
    if (label === before) snapshot.votes.clear();
    else votes.delete(label);
  }
}

function numberAt(vector: Vector, row: number): number | undefined {
  return vector.present !== undefined && vector.present[row] === 0 ? undefined : vector.values[row];
}

export class AsOfFinder {
  readonly #rule: Contract['asOf'];
  readonly #snapshots: AsOfVotes = new Map();

  constructor(contract: Pick<Contract, 'asOf'>) {
    this.#rule = contract.asOf;
  }

  add(votes: AsOfVotes): void {
    for (const [label, told] of votes) {
      const snapshot = this.#snapshots.get(label);
      if (snapshot === undefined) this.#snapshots.set(label, told);
      else {
        addTally(snapshot, told);
        for (const [day, vote] of told.votes) {
          const sum = snapshot.votes.get(day);
          if (sum === undefined) snapshot.votes.set(day, vote);
          else addTally(sum, vote);
        }
      }
    }
    keepNewest(this.#snapshots);
  }

  find(): AsOfFinding {
    const [newest, before] = [...this.#snapshots].sort(([a], [b]) => b - a);
    const labelled = newest !== undefined && newest[0] !== UNLABELLED;
    if (this.#rule.kind === 'newest-event') {
      const told = labelled ? snapshotOf(newest) : undefined;
      return { asOf: told?.date, disagreeing: 0, told, newest: undefined, before: undefined };
    }
    const snapshots = {
      newest: labelled ? snapshotOf(newest) : undefined,
      before: labelled && before !== undefined ? snapshotOf(before) : undefined,
    };
    const votes = [...(newest?.[1].votes ?? [])];
    const [most] = votes
      .filter(([day]) => day <= LAST_DAY)
      .sort(([dayA, a], [dayB, b]) => b.rows - a.rows || dayB - dayA);
    if (most === undefined) {
      return { asOf: snapshots.newest?.date, disagreeing: 0, told: snapshots.newest, ...snapshots };
    }
    const [day, told] = most;
    const all = votes.reduce((sum, [, { rows }]) => sum + rows, 0);
    return { asOf: fromEpochDay(day), disagreeing: all - told.rows, told, ...snapshots };
  }
}

/** Rows of a contract without a snapshot date, as if they had all the same. */
const UNLABELLED = Number.NEGATIVE_INFINITY;

/** The column whose newest date is the snapshot that counts. */
export function labelColumn({ asOf }: Pick<Contract, 'asOf'>): string | undefined {
  if (asOf.kind === 'newest') return asOf.column;
  return asOf.kind === 'date-plus-days' ? asOf.label : undefined;
}

function count(tally: Tally, record: number): void {
  tally.rows += 1;
  tally.record = Math.min(tally.record, record);
}

function snapshotOf([label, { rows, record }]: readonly [number, Tally]): Snapshot {
  return { date: fromEpochDay(label), rows, record };
}

function addTally(tally: Tally, other: Tally): void {
  tally.rows += other.rows;
  tally.record = Math.min(tally.record, other.record);
}

const DATE_IN_NAME = /(?<!\d)(\d{4})[-_]?(\d{2})[-_]?(\d{2})(?!\d)/g;

/** The first day written in a file's name: `loans_2025-12-10.csv`, `loans-20251210.csv`. */
export function asOfInName(
  path: string,
  parse: (text: string) => LocalDate | undefined,
): LocalDate | undefined {
  for (const [, year, month, day] of (path.split('/').at(-1) ?? '').matchAll(DATE_IN_NAME)) {
    const date = parse(`${year}-${month}-${day}`);
    if (date !== undefined) return date;
  }
  return undefined;
}
