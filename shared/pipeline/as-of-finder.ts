import type { CellValue } from '../contracts/cell-parser.ts';
import type { Contract } from '../contracts/contract.ts';
import type { TypedRow } from '../contracts/row-rules.ts';
import { fromEpochDay, LocalDate, toEpochDay } from '../domain/local-date.ts';
import type { RowBatch } from '../ports/file-reader.ts';

// The true as-of date of a file, from its rows and by the rule of its contract.

/** A due date that stands for "never" leads beyond it, to a day that cannot be written. */
const LAST_DAY = toEpochDay(LocalDate.parse('9999-12-31'));

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

type Tally = { rows: number; record: number };
/** The rows of one snapshot, and how many of them imply each day. */
type SnapshotTally = Tally & { readonly votes: Map<number, Tally> };

export class AsOfFinder {
  readonly #rule: Contract['asOf'];
  readonly #label: string | undefined;
  readonly #column: (batch: RowBatch, name: string) => readonly CellValue[];
  readonly #snapshots = new Map<number, SnapshotTally>();

  constructor(contract: Contract) {
    this.#rule = contract.asOf;
    this.#label = labelColumn(contract);
    const position = new Map(contract.columns.map(({ name }, index) => [name, index]));
    this.#column = (batch, name) => batch.columns[position.get(name) ?? -1] ?? [];
  }

  add(batch: RowBatch): void {
    const rule = this.#rule;
    const labels = this.#label === undefined ? undefined : this.#column(batch, this.#label);
    const dates = rule.kind === 'newest' ? [] : this.#column(batch, rule.date);
    const days = rule.kind === 'newest' ? [] : this.#column(batch, rule.days);
    for (let row = 0; row < batch.length; row += 1) {
      const record = batch.recordNumbers[row] ?? 0;
      const label = numberAt(labels, row) ?? UNLABELLED;
      const snapshot = this.#snapshots.get(label) ?? { rows: 0, record, votes: new Map<number, Tally>() };
      if (snapshot.rows === 0) this.#snapshots.set(label, snapshot);
      count(snapshot, record);
      const day = impliedDay(dates[row], days[row]);
      if (day === undefined) continue;
      const vote = snapshot.votes.get(day) ?? { rows: 0, record };
      if (vote.rows === 0) snapshot.votes.set(day, vote);
      count(vote, record);
    }
  }

  /** Takes back what a row has said: it was found to be contradicted and is not in the numbers. */
  remove(row: TypedRow): void {
    const rule = this.#rule;
    const label = this.#label === undefined ? undefined : row[this.#label];
    const key = typeof label === 'number' ? label : UNLABELLED;
    const snapshot = this.#snapshots.get(key);
    if (snapshot === undefined) return;
    uncount(this.#snapshots, key);
    const day = rule.kind === 'newest' ? undefined : impliedDay(row[rule.date], row[rule.days]);
    if (day !== undefined) uncount(snapshot.votes, day);
  }

  find(): AsOfFinding {
    const [newest, before] = [...this.#snapshots].sort(([a], [b]) => b - a);
    const labelled = newest !== undefined && newest[0] !== UNLABELLED;
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
  return asOf.kind === 'newest' ? asOf.column : asOf.label;
}

/** Only a loan that is late says which day it is. */
function impliedDay(date: CellValue | undefined, late: CellValue | undefined): number | undefined {
  if (typeof date !== 'number' || typeof late !== 'number' || late <= 0) return undefined;
  return date + late;
}

function count(tally: Tally, record: number): void {
  tally.rows += 1;
  tally.record = Math.min(tally.record, record);
}

function uncount(tallies: Map<number, Tally>, key: number): void {
  const tally = tallies.get(key);
  if (tally === undefined) return;
  tally.rows -= 1;
  if (tally.rows === 0) tallies.delete(key);
}

function snapshotOf([label, { rows, record }]: readonly [number, Tally]): Snapshot {
  return { date: fromEpochDay(label), rows, record };
}

function numberAt(values: readonly CellValue[] | undefined, row: number): number | undefined {
  const value = values?.[row];
  return typeof value === 'number' ? value : undefined;
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
