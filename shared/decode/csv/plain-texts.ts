import type { TextDictionary, Texts } from '../text-table.ts';
import type { PlainMemory } from './plain-memory.ts';

/** As in the compiled code. */
const FIELD = { last: 1, slots: 2, slotMask: 3, entries: 4, byteLength: 5, most: 6 } as const;
const FIELDS = 7;
const ENTRY_BYTES = 16;
/** A record has one in each column, and there are the words of the contract. */
const FURTHER_TEXTS = 1_024;
const FEWEST_SLOTS = 4_096;

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
    const most = memory.records + FURTHER_TEXTS;
    const slots = slotsFor(memory.records);
    this.#fields[FIELD.most] = most;
    this.#fields[FIELD.slots] = memory.take(slots * 4);
    this.#fields[FIELD.slotMask] = slots - 1;
    this.#fields[FIELD.entries] = memory.take(most * ENTRY_BYTES);
    this.#ends = new Uint32Array(memory.buffer, memory.take(most * 4), most);
  }

  /** Of each column. */
  static bytes(records: number): number {
    return FIELDS * 4 + slotsFor(records) * 4 + (records + FURTHER_TEXTS) * (ENTRY_BYTES + 4) + 4 * 8;
  }

  /** Once for all of them. */
  static keptBytes(records: number): number {
    return (records + FURTHER_TEXTS) * 4;
  }

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

/** A power of two, so many that half of them stay free where there are many texts. */
function slotsFor(records: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2 * records, FEWEST_SLOTS)));
}
