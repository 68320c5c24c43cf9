import { BATCH_RECORDS } from '../column-batch.ts';
import type { TextDictionary, Texts } from '../text-table.ts';
import type { PlainMemory } from './plain-memory.ts';

/** As in the compiled code. */
const FIELD = { last: 1, slots: 2, slotMask: 3, entries: 4, byteLength: 5 } as const;
const FIELDS = 6;
const ENTRY_BYTES = 16;
const SLOTS = 2 * BATCH_RECORDS;
/** A record has one in each column. */
const MOST_TEXTS = BATCH_RECORDS + 1_024;

/** The distinct texts of one column, which compiled code looks up as well. */
export class PlainTexts implements Texts {
  /** Where they are described. */
  readonly at: number;
  readonly #memory: PlainMemory;
  readonly #fields: Int32Array;
  readonly #ends: Uint32Array;

  constructor(memory: PlainMemory) {
    this.#memory = memory;
    this.#fields = memory.integers(FIELDS);
    this.at = this.#fields.byteOffset;
    this.#fields[FIELD.last] = -1;
    this.#fields[FIELD.slots] = memory.take(SLOTS * 4);
    this.#fields[FIELD.slotMask] = SLOTS - 1;
    this.#fields[FIELD.entries] = memory.take(MOST_TEXTS * ENTRY_BYTES);
    this.#ends = new Uint32Array(memory.buffer, memory.take(MOST_TEXTS * 4), MOST_TEXTS);
  }

  /** Of each column, and once for all of them. */
  static readonly bytes = FIELDS * 4 + SLOTS * 4 + MOST_TEXTS * (ENTRY_BYTES + 4) + 4 * 8;
  static readonly keptBytes = MOST_TEXTS * 4;

  get byteLength(): number {
    return this.#fields[FIELD.byteLength] as number;
  }

  codeOf(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    return this.codeOfBytes(bytes, 0, bytes.length);
  }

  codeOfBytes(source: Uint8Array, start: number, end: number): number {
    const { code, memory } = this.#memory;
    const at = code.textsEnd.value;
    new Uint8Array(memory.buffer, at, end - start).set(source.subarray(start, end));
    return code.codeOf(this.at, at, end - start);
  }

  takeUsed(codes: Int32Array, nulls: Uint8Array, rows: number): TextDictionary {
    const { code, memory, keptAt } = this.#memory;
    const target = code.textsEnd.value;
    const count = code.takeUsed(
      ...([this.at, codes.byteOffset, nulls.byteOffset, rows] as const),
      ...([keptAt, this.#ends.byteOffset, target] as const),
    );
    const size = count === 0 ? 0 : (this.#ends[count - 1] as number);
    return {
      bytes: new Uint8Array(memory.buffer).slice(target, target + size),
      ends: this.#ends.slice(0, count),
    };
  }
}
