import { randomFillSync } from 'node:crypto';

// Texts of a column, each once: what stands in the cells are their codes.

/** Distinct texts, one after the other: text `i` is `bytes[ends[i - 1] ?? 0 .. ends[i]]`. */
export type TextDictionary = {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
};

/** Text `code` of a dictionary. */
export function textAt({ bytes, ends }: TextDictionary, code: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'utf8',
    code === 0 ? 0 : ends[code - 1],
    ends[code],
  );
}

/** Distinct texts of one column with their codes, in order of first appearance. */
export type Texts = {
  /** Of all of them. */
  readonly byteLength: number;
  codeOf(text: string): number;
  /** The code of the UTF-8 text in `source[start..end]`. */
  codeOfBytes(source: Uint8Array, start: number, end: number): number;
  /**
   * The dictionary without the texts of rows that were not kept, in order of first appearance; the first `rows` of
   * `codes` are recoded to it. So equal rows have equal dictionaries, whatever stood between them. There are no texts
   * afterwards.
   */
  takeUsed(codes: Int32Array, nulls: Uint8Array, rows: number): TextDictionary;
};

/** Distinct texts with their codes. Looks bytes up without making strings of them. */
export class TextTable implements Texts {
  #bytes = new Uint8Array(4_096);
  #used = 0;
  #ends = new Uint32Array(256);
  #count = 0;
  /** Open addressing: code + 1, or 0 for a free slot. Its size is a power of two. */
  #slots = new Int32Array(1_024);
  #hashes = new Int32Array(256);
  readonly #salt: HashSalt;

  constructor(salt: HashSalt = PROCESS_SALT) {
    this.#salt = salt;
  }

  get byteLength(): number {
    return this.#used;
  }

  /** How many there are. */
  get size(): number {
    return this.#count;
  }

  /** The text of a code. */
  textOf(code: number): string {
    return textAt({ bytes: this.#bytes, ends: this.#ends }, code);
  }

  codeOf(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    return this.codeOfBytes(bytes, 0, bytes.length);
  }

  codeOfBytes(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end, this.#salt);
    const slot = this.#slotOf(hash, source, start, end);
    const entry = this.#slots[slot] as number;
    return entry === 0 ? this.#add(source, start, end, hash, slot) : entry - 1;
  }

  /** The code of a text that may not be there; -1 when it is not. */
  find(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end, this.#salt);
    return (this.#slots[this.#slotOf(hash, source, start, end)] as number) - 1;
  }

  takeUsed(codes: Int32Array, nulls: Uint8Array, rows: number): TextDictionary {
    return onlyUsed(codes.subarray(0, rows), nulls, this.take());
  }

  take(): TextDictionary {
    const taken = { bytes: this.#bytes.slice(0, this.#used), ends: this.#ends.slice(0, this.#count) };
    this.#used = 0;
    this.#count = 0;
    this.#slots.fill(0);
    return taken;
  }

  /** Where the text is, or where it would have to be. */
  #slotOf(hash: number, source: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot] as number; entry !== 0; entry = this.#slots[slot] as number) {
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, source, start, end)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #equals(code: number, source: Uint8Array, start: number, end: number): boolean {
    const from = code === 0 ? 0 : (this.#ends[code - 1] as number);
    if ((this.#ends[code] as number) - from !== end - start) return false;
    for (let at = start, own = from; at < end; at += 1, own += 1) {
      if (this.#bytes[own] !== source[at]) return false;
    }
    return true;
  }

  #add(source: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const code = this.#count;
    const used = this.#used + end - start;
    if (used > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, used));
      bytes.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = bytes;
    }
    for (let at = start, own = this.#used; at < end; at += 1, own += 1)
      this.#bytes[own] = source[at] as number;
    if (code === this.#ends.length) {
      const ends = new Uint32Array(code * 2);
      ends.set(this.#ends);
      this.#ends = ends;
      const hashes = new Int32Array(code * 2);
      hashes.set(this.#hashes);
      this.#hashes = hashes;
    }
    this.#ends[code] = used;
    this.#hashes[code] = hash;
    this.#slots[slot] = code + 1;
    this.#used = used;
    this.#count = code + 1;
    if (this.#count * 2 > this.#slots.length) this.#growSlots();
    return code;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let code = 0; code < this.#count; code += 1) {
      let slot = (this.#hashes[code] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.#slots = slots;
  }
}

/** 257 random numbers: where a hash begins, and what each byte stands for in it. */
export type HashSalt = Int32Array;

/**
 * Nobody outside knows it, or a file could be made of texts that all fall into one slot, each compared with all before
 * it. Codes go by first appearance, so that no byte of a result depends on it.
 */
const PROCESS_SALT: HashSalt = randomFillSync(new Int32Array(257));

/** FNV-1a over salted bytes, with its better upper bits mixed into the lower ones, which choose the slot. */
export function hashOf(source: Uint8Array, start: number, end: number, salt: HashSalt): number {
  let hash = salt[256] as number;
  for (let at = start; at < end; at += 1)
    hash = Math.imul(hash ^ (salt[source[at] as number] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

function onlyUsed(values: Int32Array, nulls: Uint8Array, { bytes, ends }: TextDictionary): TextDictionary {
  const codeOf = new Int32Array(ends.length).fill(-1);
  const kept = new Int32Array(ends.length);
  let count = 0;
  let isInOrder = true;
  for (let row = 0; row < values.length; row += 1) {
    if (nulls[row] === 1) continue;
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
