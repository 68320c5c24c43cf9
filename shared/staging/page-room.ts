import { BATCH_RECORDS } from '../decode/column-batch.ts';
import {
  CompiledCode,
  type CompiledMemory,
  type CompiledNumber,
  compiledMemory,
  PAGE_BYTES,
} from '../decode/compiled-code.ts';
import { PACKING_WASM } from './packing-wasm.ts';

/** assembly/packing.ts: places are counted in bytes. */
export type Packing = {
  readonly smallest: CompiledNumber;
  readonly largest: CompiledNumber;
  readonly repeats: CompiledNumber;
  scanDecimals(values: number, count: number): void;
  scanIntegers(values: number, count: number): void;
  writeInt64s(values: number, count: number, target: number): void;
  codeIntegers(values: number, count: number, min: number, codeOf: number, dictionary: number): number;
  packBits(codes: number, count: number, width: number, target: number): number;
  packDecimalDeltas(values: number, count: number, target: number): number;
  packIntegerDeltas(values: number, count: number, target: number): number;
};

/** Below lies what the compiled code has of its own. */
const OWN_BYTES = 4_096;
/** A column of more distinct numbers has no codes for them. */
export const MOST_CODES = 16_384;
const CODES_AT = OWN_BYTES;
const DICTIONARY_AT = CODES_AT + MOST_CODES * 4;
const INPUT_AT = DICTIONARY_AT + MOST_CODES * 4;
const LEVELS_AT = INPUT_AT + BATCH_RECORDS * 8;
/** Room for the null bits of a batch. */
const VALUES_AT = LEVELS_AT + 16_384;

const PACKING = new CompiledCode<Packing>(PACKING_WASM);

/**
 * Room in which one page is laid out before it is compressed, seen by compiled code as well. It is used again for every
 * page, since new memory costs more than the values. Values start at a fixed place, so that they can be written in whole
 * words; what stands before them in the page ends at that place.
 */
export class PageRoom {
  /** Where values start: a multiple of 8, behind room for the null bits of a batch. */
  readonly valuesAt = VALUES_AT;
  /** Where numbers are that were put last. */
  readonly inputAt = INPUT_AT;
  readonly packing: Packing;
  bytes: Uint8Array<ArrayBuffer>;
  readonly #memory: CompiledMemory = compiledMemory(VALUES_AT);
  #codeOf: Int32Array;
  #integers: Int32Array;
  #decimals: Float64Array;

  constructor() {
    this.packing = PACKING.over(this.#memory);
    [this.bytes, this.#codeOf, this.#integers, this.#decimals] = this.#views();
  }

  /** Makes room for values of this size. What was laid out before is gone. */
  reserve(valueBytes: number): void {
    const missing = this.valuesAt + valueBytes - this.bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    [this.bytes, this.#codeOf, this.#integers, this.#decimals] = this.#views();
  }

  /** Puts numbers of at most a batch where compiled code reads them. Returns the place. */
  put(values: Int32Array | Uint8Array | Float64Array, count: number): number {
    const own = values.length === count ? values : values.subarray(0, count);
    if (values instanceof Float64Array) this.#decimals.set(own);
    else this.#integers.set(own);
    return INPUT_AT;
  }

  /**
   * Replaces the integers that were put last, which lie between `min` and `max`, by codes in order of first appearance.
   * Returns the distinct ones, which are overwritten by the next call.
   */
  code(count: number, { min, max }: { readonly min: number; readonly max: number }): Uint8Array {
    if (max - min >= MOST_CODES) throw new RangeError(`${max} and ${min} lie too far apart for codes`);
    this.#codeOf.fill(-1, 0, max - min + 1);
    const distinct = this.packing.codeIntegers(INPUT_AT, count, min, CODES_AT, DICTIONARY_AT);
    return this.bytes.subarray(DICTIONARY_AT, DICTIONARY_AT + distinct * 4);
  }

  #views(): [Uint8Array<ArrayBuffer>, Int32Array, Int32Array, Float64Array] {
    const { buffer } = this.#memory;
    return [
      new Uint8Array(buffer),
      new Int32Array(buffer, CODES_AT, MOST_CODES),
      new Int32Array(buffer, INPUT_AT, BATCH_RECORDS),
      new Float64Array(buffer, INPUT_AT, BATCH_RECORDS),
    ];
  }
}
