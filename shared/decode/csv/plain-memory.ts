import { randomFillSync } from 'node:crypto';
import type { Contract } from '../../contracts/contract.ts';
import { BATCH_RECORDS, type BatchMemory } from '../column-batch.ts';
import { CompiledCode, type CompiledMemory, type CompiledNumber, compiledMemory } from '../compiled-code.ts';
import { MOST_TEXT_BYTES } from '../part-builder.ts';
import { MOST_RECORD_BYTES } from './dialect.ts';
import { PLAIN_RECORDS_WASM } from './plain-records-wasm.ts';
import { PlainTexts } from './plain-texts.ts';

/** assembly/plain-records.ts: places are counted in bytes. */
export type PlainCode = {
  readonly textsEnd: CompiledNumber;
  readonly lines: CompiledNumber;
  begin(
    plans: number,
    cells: number,
    rules: number,
    ruleTotal: number,
    delimiter: number,
    nullWordBytes: number,
    starts: number,
    unread: number,
  ): void;
  beginTexts(textsAt: number, keysAt: number): void;
  read(from: number, end: number, firstRow: number, mostRows: number): number;
  skipLines(from: number, end: number, isAtLineStart: number, most: number): number;
  codeOf(texts: number, start: number, length: number): number;
  takeUsed(
    texts: number,
    values: number,
    nulls: number,
    rows: number,
    kept: number,
    ends: number,
    target: number,
  ): number;
};

export const PLAIN_CODE = new CompiledCode<PlainCode>(PLAIN_RECORDS_WASM);

/** So many bytes of a file are at hand at once: few enough to stay close to the processor. */
export const INPUT_BYTES = 128 * 1024;
/** Behind them, since eight or sixteen bytes are looked at together. */
export const BEYOND_INPUT_BYTES = 64;
/** Below lies what the compiled code has of its own. */
export const OWN_BYTES = 4_096;
/** No honest file has more cells in a record, and each takes room. */
export const MOST_CELLS = 4_096;
const KEYS = 34;
/** A text that is put right may have more bytes than it had in the file. */
const MOST_GROWTH = 4;

/** As in the compiled code. */
export const PLAN_BYTES = 80;
export const WORD_BYTES = 40;
export const RULE_BYTES = 24;
export const RULE_CELL_BYTES = 12;

/**
 * Memory of one batch that compiled code writes into as well. It takes all that it may need at once, since what grows
 * moves; the machine gives it no more of that than has been written to.
 */
export class PlainMemory implements BatchMemory {
  readonly memory: CompiledMemory;
  readonly code: PlainCode;
  readonly records: number;
  /** Room for a number of each text of a column. */
  readonly keptAt: number;
  readonly #textsAt: number;
  readonly #keysAt: number;
  #used = OWN_BYTES;

  /** For a batch of these columns out of records of so many cells and of at most so many bytes altogether. */
  constructor(
    { columns, rules }: Pick<Contract, 'columns' | 'rules'>,
    { width, bytes }: { readonly width: number; readonly bytes: number },
  ) {
    // Each takes a byte at the very least: most files are small, and new memory is what they would take longest for.
    this.records = Math.min(BATCH_RECORDS, bytes);
    const texts = columns.filter(({ type }) => type === 'text');
    const words = texts.flatMap(({ allowedValues }) => allowedValues ?? []).length;
    const most = Math.min(MOST_TEXT_BYTES + INPUT_BYTES + MOST_RECORD_BYTES, bytes) * MOST_GROWTH;
    // Twice: what is taken of a column lies behind the texts of all.
    const textBytes =
      2 * Math.min(MOST_TEXT_BYTES + INPUT_BYTES + MOST_RECORD_BYTES * MOST_GROWTH, most) + 64;
    const sizes = [
      columns.length * (this.records * (8 + 4 + 1) + 3 * 8),
      texts.length * PlainTexts.bytes(this.records) + PlainTexts.keptBytes(this.records),
      (words + texts.length) * WORD_BYTES,
      rules.length * (RULE_BYTES + (columns.length + 1) * RULE_CELL_BYTES + 16),
      Math.min(width, MOST_CELLS) * (PLAN_BYTES + 2 * 4) + 6 * 4,
      INPUT_BYTES + BEYOND_INPUT_BYTES,
      KEYS * 4 + textBytes + OWN_BYTES,
    ];
    this.memory = compiledMemory(OWN_BYTES + sizes.reduce((sum, size) => sum + size, 0));
    this.code = PLAIN_CODE.over(this.memory);
    this.#keysAt = this.take(KEYS * 4);
    randomFillSync(new Uint8Array(this.memory.buffer, this.#keysAt, KEYS * 4));
    this.keptAt = this.take(PlainTexts.keptBytes(this.records));
    this.#textsAt = this.take(textBytes);
    this.beginPart();
  }

  get buffer(): ArrayBuffer {
    return this.memory.buffer;
  }

  decimals(length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.buffer, this.take(length * 8), length);
  }

  integers(length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.buffer, this.take(length * 4), length);
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer, this.take(length), length);
  }

  texts(): PlainTexts {
    return new PlainTexts(this);
  }

  /** All texts have been taken. */
  beginPart(): void {
    this.code.beginTexts(this.#textsAt, this.#keysAt);
  }

  /** Where so many bytes are free from now on. */
  take(bytes: number): number {
    const at = this.#used;
    this.#used = (at + bytes + 7) & ~7;
    if (this.#used > this.buffer.byteLength) throw new RangeError('the memory of a batch is too small');
    return at;
  }
}
