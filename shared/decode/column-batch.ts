import type { CellValue } from '../contracts/cell-parser.ts';
import type { Contract } from '../contracts/contract.ts';
import { type TextDictionary, type Texts, TextTable, textAt } from './text-table.ts';

// Typed rows in columns. Every reader fills the same arrays, whatever the format of the file, and the staging file is
// written from them: so each format ends in the same bytes.

/** Rows of a batch, and so of a row group in the staging file: 1 to 65,536 by record number, and so on. */
export const BATCH_RECORDS = 65_536;

/** `present[row]` is 0 where the cell is null; undefined when the column has no nulls. */
export type Vector =
  /** Decimals as integer counts of 10^-scale, exact up to 2^53. */
  | { readonly type: 'decimal'; readonly values: Float64Array; readonly present: Uint8Array | undefined }
  /** Integers; dates as days since 1970-01-01. */
  | {
      readonly type: 'integer' | 'date';
      readonly values: Int32Array;
      readonly present: Uint8Array | undefined;
    }
  /** 0 or 1. */
  | { readonly type: 'boolean'; readonly values: Uint8Array; readonly present: Uint8Array | undefined }
  /** Codes into a dictionary of UTF-8 texts, in order of first appearance. */
  | {
      readonly type: 'text';
      readonly values: Int32Array;
      readonly dictionary: TextDictionary;
      readonly present: Uint8Array | undefined;
    };

export type ColumnBatch = {
  readonly rows: number;
  /** Number of each row in the file; the first one after the header is 1. */
  readonly recordNumbers: Int32Array;
  /** In the order of the contract's columns. */
  readonly columns: readonly Vector[];
};

/** The value of one cell, as the reference reader would give it. For few cells only. */
export function cellAt(vector: Vector, row: number): CellValue {
  if (vector.present !== undefined && vector.present[row] === 0) return null;
  const value = vector.values[row] ?? 0;
  if (vector.type === 'boolean') return value === 1;
  return vector.type === 'text' ? textAt(vector.dictionary, value) : value;
}

/** Where the arrays of a batch lie: in memory of their own, unless somebody else writes into them as well. */
export type BatchMemory = {
  /** It has room for so many rows. */
  readonly records: number;
  decimals(length: number): Float64Array<ArrayBuffer>;
  integers(length: number): Int32Array<ArrayBuffer>;
  bytes(length: number): Uint8Array<ArrayBuffer>;
  texts(): Texts;
};

const OWN_MEMORY: BatchMemory = {
  records: BATCH_RECORDS,
  decimals: (length) => new Float64Array(length),
  integers: (length) => new Int32Array(length),
  bytes: (length) => new Uint8Array(length),
  texts: () => new TextTable(),
};

/**
 * Collects up to BATCH_RECORDS rows. A reader writes cells of the current row with the setters of its columns and
 * then calls `endRow`; a row that is not ended is overwritten by the next one.
 */
export class BatchBuilder {
  /** One for each column of the contract, in its order. */
  readonly columns: readonly ColumnBuilder[];
  rows = 0;
  readonly #recordNumbers: Int32Array;

  constructor(contract: Pick<Contract, 'columns'>, memory: BatchMemory = OWN_MEMORY) {
    this.columns = contract.columns.map(({ type }) => new ColumnBuilder(type, memory));
    this.#recordNumbers = new Int32Array(memory.records);
  }

  /** Bytes of distinct text held by now. */
  get textBytes(): number {
    let bytes = 0;
    for (const { texts } of this.columns) bytes += texts.byteLength;
    return bytes;
  }

  endRow(record: number): void {
    this.#recordNumbers[this.rows] = record;
    this.rows += 1;
  }

  /** Rows that have been written one behind the other, from the one under way on. */
  endRows(firstRecord: number, count: number): void {
    for (let index = 0; index < count; index += 1)
      this.#recordNumbers[this.rows + index] = firstRecord + index;
    this.rows += count;
  }

  /** The rows so far; the builder is empty afterwards. */
  take(): ColumnBatch {
    const { rows } = this;
    const batch = {
      rows,
      recordNumbers: this.#recordNumbers.slice(0, rows),
      columns: this.columns.map((column) => column.take(rows)),
    };
    this.rows = 0;
    return batch;
  }
}

/** The growing cells of one column. `row` is the row under way: BatchBuilder.rows. */
export class ColumnBuilder {
  readonly type: Vector['type'];
  /** Numbers are written straight into these. */
  readonly decimals: Float64Array;
  readonly integers: Int32Array;
  /** 1 where the cell is null. Whoever writes a number straight into the arrays writes a 0 here as well. */
  readonly nulls: Uint8Array<ArrayBuffer>;
  readonly texts: Texts;

  constructor(type: Vector['type'], memory: BatchMemory) {
    this.type = type;
    this.decimals = memory.decimals(type === 'decimal' ? memory.records : 0);
    this.integers = memory.integers(type === 'decimal' ? 0 : memory.records);
    this.nulls = memory.bytes(memory.records);
    this.texts = type === 'text' ? memory.texts() : new TextTable();
  }

  setNull(row: number): void {
    if (this.type === 'decimal') this.decimals[row] = 0;
    else this.integers[row] = 0;
    this.nulls[row] = 1;
  }

  /** Before the first row, for a column that the file does not have. */
  setAllNull(): void {
    if (this.type === 'decimal') this.decimals.fill(0);
    else this.integers.fill(0);
    this.nulls.fill(1);
  }

  /** Before a number is written straight into the arrays: the row before, which was not kept, may have been null. */
  clearNull(row: number): void {
    this.nulls[row] = 0;
  }

  isNull(row: number): boolean {
    return this.nulls[row] === 1;
  }

  /** The number in a cell that is not null: scaled integer, day, 0 or 1, or the code of a text. */
  numberAt(row: number): number {
    return (this.type === 'decimal' ? this.decimals[row] : this.integers[row]) as number;
  }

  set(row: number, value: CellValue): void {
    if (value === null) {
      this.setNull(row);
      return;
    }
    this.clearNull(row);
    if (this.type === 'decimal') this.decimals[row] = Number(value);
    else this.integers[row] = this.type === 'text' ? this.texts.codeOf(String(value)) : Number(value);
  }

  take(rows: number): Vector {
    const { type } = this;
    if (type === 'text') {
      const dictionary = this.texts.takeUsed(this.integers, this.nulls, rows);
      return { type, values: this.integers.slice(0, rows), dictionary, present: this.#takePresent(rows) };
    }
    const present = this.#takePresent(rows);
    if (type === 'decimal') return { type, values: this.decimals.slice(0, rows), present };
    const values = this.integers.slice(0, rows);
    return type === 'boolean' ? { type, values: new Uint8Array(values), present } : { type, values, present };
  }

  #takePresent(rows: number): Uint8Array | undefined {
    const first = this.nulls.indexOf(1);
    if (first === -1) return undefined;
    const present = first < rows ? this.nulls.slice(0, rows) : undefined;
    if (present !== undefined)
      for (let row = 0; row < rows; row += 1) present[row] = 1 - (present[row] as number);
    this.nulls.fill(0);
    return present;
  }
}
