import type { Column, Contract } from '../contracts/contract.ts';
import { addCounts, countValue, NOTHING_SEEN, type ValueCounts } from '../privacy/value-counts.ts';
import { BATCH_RECORDS, type ColumnBatch } from './column-batch.ts';
import type { SuspectColumn } from './snapshot-part.ts';
import { type TextDictionary, textAt } from './text-table.ts';

/** Of columns that the contract does not know, the cells of these records are looked at: the first of each batch. */
export const WATCHED = { records: 1_000, of: BATCH_RECORDS } as const;

/** By the record's number alone, so that the same rows are seen in every format. */
export function isWatched(record: number): boolean {
  return (record - 1) % WATCHED.of < WATCHED.records;
}

/** How many records come before the next one that is watched, from this one on. */
export function untilWatched(record: number): number {
  return isWatched(record) ? 0 : WATCHED.of - ((record - 1) % WATCHED.of);
}

/** More than any honest file has. The columns beyond them are watched as if they were one. */
const MOST_UNEXPECTED = 1_000;
const FURTHER_COLUMNS = 'further columns';

type Tally = { -readonly [Count in keyof ValueCounts]: number };

/**
 * Looks for personal data where nobody declared any: in columns that the contract does not know, and in texts that are
 * staged as they are. Each distinct text of a declared column is looked at once in a part.
 */
export class SuspectWatch {
  readonly #staged: readonly WatchedColumn[];
  #declared: SuspectColumn[] = [];
  readonly #unexpected = new Map<string, Tally>();

  constructor({ columns }: Pick<Contract, 'columns'>) {
    this.#staged = columns.flatMap((column, index) =>
      isStagedAsItIs(column) ? [watched(column, index)] : [],
    );
  }

  see(column: string, text: string): void {
    countValue(text, this.#tallyOf(column));
  }

  /** Before it is masked. */
  seeBatch(batch: ColumnBatch): void {
    for (const column of this.#staged) {
      const vector = batch.columns[column.index];
      if (vector?.type !== 'text') continue;
      this.#declared.push({
        column: column.name,
        isDeclared: true,
        counts: countTexts(vector.dictionary, column),
      });
    }
  }

  take(): SuspectColumn[] {
    const unexpected = [...this.#unexpected].map(([column, counts]) => ({
      column,
      isDeclared: false,
      counts,
    }));
    const taken = [...this.#declared, ...unexpected];
    this.#declared = [];
    this.#unexpected.clear();
    return taken;
  }

  #tallyOf(column: string): Tally {
    const known = this.#unexpected.get(column);
    if (known !== undefined) return known;
    const hasRoom = this.#unexpected.size < MOST_UNEXPECTED;
    const further = hasRoom ? undefined : this.#unexpected.get(FURTHER_COLUMNS);
    if (further !== undefined) return further;
    const made = { ...NOTHING_SEEN };
    this.#unexpected.set(hasRoom ? detached(column) : FURTHER_COLUMNS, made);
    return made;
  }
}

/** What several parts of a file saw. */
export function addSuspects(sums: Map<string, SuspectColumn>, suspects: readonly SuspectColumn[]): void {
  for (const suspect of suspects) {
    const { isDeclared, counts } = suspect;
    const isFurther = !isDeclared && sums.size >= 2 * MOST_UNEXPECTED && !sums.has(keyOf(suspect));
    const column = isFurther ? FURTHER_COLUMNS : suspect.column;
    const key = keyOf({ isDeclared, column });
    const sum = sums.get(key);
    sums.set(key, {
      column,
      isDeclared,
      counts: sum === undefined ? counts : addCounts(sum.counts, counts),
    });
  }
}

function keyOf({ isDeclared, column }: Pick<SuspectColumn, 'isDeclared' | 'column'>): string {
  return `${isDeclared} ${column}`;
}

type WatchedColumn = {
  readonly name: string;
  readonly index: number;
  /** Ids stay clear so that rows can be joined by them, and some have the form of a telephone number. */
  readonly isId: boolean;
  /** Words that the contract itself has written down. */
  readonly words: ReadonlySet<string>;
};

/** Texts that are masked or can only be words of the contract tell nothing new. */
function isStagedAsItIs({ type, pii, allowedValues, onUnknownValue }: Column): boolean {
  return type === 'text' && pii !== 'direct' && (allowedValues === undefined || onUnknownValue === 'warn');
}

function watched({ name, pii, allowedValues }: Column, index: number): WatchedColumn {
  return { name, index, isId: pii === 'quasi', words: new Set(allowedValues) };
}

/** Ids are distinct in each row, so their bytes are looked at before any of them becomes a string. */
function countTexts(dictionary: TextDictionary, { isId, words }: WatchedColumn): ValueCounts {
  const { bytes, ends } = dictionary;
  const counts: Tally = { ...NOTHING_SEEN };
  const mayCount = isId ? mayBeIdentity : mayNamePerson;
  let start = 0;
  for (let code = 0; code < ends.length; code += 1) {
    const end = ends[code] as number;
    if (mayCount(bytes, start, end)) {
      const text = textAt(dictionary, code);
      if (!words.has(text)) countValue(text, counts);
    } else counts.seen += 1;
    start = end;
  }
  return isId ? { ...counts, phone: 0, barePhone: 0 } : counts;
}

const AT_SIGN = 64;
/** Digits of a telephone number, which has the fewest of all. */
const FEWEST_IN_TEXT = 8;

/** Is there anything in it that `countValue` counts beyond having seen it? */
function mayNamePerson(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === AT_SIGN) return true;
    if (byte >= 48 && byte <= 57) digits += 1;
  }
  return digits >= FEWEST_IN_TEXT;
}

/** Digits of an identity number. */
const FEWEST_IN_ID = 9;

/** The same but for telephone numbers: the other numbers begin with digits that stand alone, and with so many of them. */
function mayBeIdentity(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  let run = 0;
  let isAlone = true;
  let begins = false;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 48 && byte <= 57) {
      digits += 1;
      run += 1;
      continue;
    }
    if (byte === AT_SIGN) return true;
    if (isAlone && BEGINS_NUMBER[run] === 1) begins = true;
    run = 0;
    isAlone = JOINS_DIGITS[byte] === 0;
  }
  return digits >= FEWEST_IN_ID && (begins || (isAlone && BEGINS_NUMBER[run] === 1));
}

/** Groups of four, a DUI with and without its hyphen, the numbers of cards. */
const BEGINS_NUMBER = new Uint8Array(20);
for (const length of [4, 8, 9, 13, 14, 15, 16, 17, 18, 19]) BEGINS_NUMBER[length] = 1;
/** Digits after one of these belong to a longer code, as in UUIDs and the ids of loans. */
const JOINS_DIGITS = new Uint8Array(256);
for (const byte of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.-'))
  JOINS_DIGITS[byte] = 1;

/** A name that was cut out of a record would hold on to all of it. */
function detached(name: string): string {
  return Buffer.from(name).toString();
}
