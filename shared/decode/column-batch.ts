import type { CellValue } from '../contracts/cell-parser.ts';
import type { Contract } from '../contracts/contract.ts';
import { type TextDictionary, TextTable, textAt } from './text-table.ts';

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

/**
 * Collects up to BATCH_RECORDS rows. A reader writes cells of the current row with the setters of its columns and
 * then calls `endRow`; a row that is not ended is overwritten by the next one.
 */
export class BatchBuilder {
  /** One for each column of the contract, in its order. */
  readonly columns: readonly ColumnBuilder[];
  rows = 0;
  #recordNumbers = new Int32Array(BATCH_RECORDS);

  constructor(contract: Pick<Contract, 'columns'>) {
    this.columns = contract.columns.map(({ type }) => new ColumnBuilder(type));
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
  readonly nulls = new Uint8Array(BATCH_RECORDS);
  readonly texts = new TextTable();

  constructor(type: Vector['type']) {
    this.type = type;
    this.decimals = new Float64Array(type === 'decimal' ? BATCH_RECORDS : 0);
    this.integers = new Int32Array(type === 'decimal' ? 0 : BATCH_RECORDS);
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
    const present = this.#takePresent(rows);
    if (this.type === 'decimal') return { type: 'decimal', values: this.decimals.slice(0, rows), present };
    const values = this.integers.slice(0, rows);
    if (this.type === 'text') {
      const dictionary = onlyUsed(values, present, this.texts.take());
      return { type: 'text', values, dictionary, present };
    }
    if (this.type === 'boolean') return { type: 'boolean', values: new Uint8Array(values), present };
    return { type: this.type, values, present };
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

/**
 * The dictionary without the texts of rows that were not kept, in order of first appearance; `values` are recoded to
 * it. So equal rows have equal dictionaries, whatever stood between them.
 */
function onlyUsed(
  values: Int32Array,
  present: Uint8Array | undefined,
  { bytes, ends }: TextDictionary,
): TextDictionary {
  const codeOf = new Int32Array(ends.length).fill(-1);
  const kept = new Int32Array(ends.length);
  let count = 0;
  let isInOrder = true;
  for (let row = 0; row < values.length; row += 1) {
    if (present !== undefined && present[row] === 0) continue;
    const before = values[row] as number;
    let code = codeOf[before] as number;
    if (code === -1) {
      code = count;
      codeOf[before] = code;
      kept[count] = before;
      // The text of a row that was not kept may come again in one that is, after others.
      if (before !== count) isInOrder = false;
      count += 1;
    }
    values[row] = code;
  }
  if (isInOrder && count === ends.length) return { bytes, ends };
  const compact = new Uint8Array(bytes.length);
  const compactEnds = new Uint32Array(count);
  let used = 0;
  for (let code = 0; code < count; ) {
    // Few texts are dropped, so most stand in long stretches that are copied at once.
    const first = kept[code] as number;
    const start = first === 0 ? 0 : (ends[first - 1] as number);
    let next = first;
    for (; code < count && kept[code] === next; code += 1, next += 1) {
      compactEnds[code] = used + (ends[next] as number) - start;
    }
    const stretch = bytes.subarray(start, ends[next - 1]);
    compact.set(stretch, used);
    used += stretch.length;
  }
  return { bytes: compact.slice(0, used), ends: compactEnds };
}
