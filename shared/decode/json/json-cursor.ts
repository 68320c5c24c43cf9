import { NotJson } from './json-bytes.ts';

// A place in a stream of bytes that moves over blanks, marks and whole values. Only the part of a value that is under
// way is held, so a file of any size takes the memory of its longest record.

/** Longer than any honest record. */
export const MAX_RECORD_BYTES = 1_000_000;
/** Deeper than any honest record. Checked before a record is read, since reading goes down with it. */
export const MAX_DEPTH = 64;

export const NO_BYTE = -1;

export type CutValue = { readonly text: string; readonly offset: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class JsonCursor {
  /** Number of the record under way, for messages. */
  record = 1;
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array;
  #at = 0;
  /** Place of the chunk's first byte in the file. */
  #base = 0;

  /** `head` is the beginning of the file and `rest` what follows it. */
  constructor(head: Uint8Array, rest: AsyncIterator<Uint8Array>) {
    this.#chunk = head;
    this.#source = rest;
  }

  get offset(): number {
    return this.#base + this.#at;
  }

  /** The next byte that is no blank, or NO_BYTE at the end of the file. The cursor then stands on it. */
  async peek(): Promise<number> {
    do {
      for (; this.#at < this.#chunk.length; this.#at += 1) {
        const byte = this.#chunk[this.#at] ?? 0;
        if (!isBlank(byte)) return byte;
      }
    } while (await this.#refill());
    return NO_BYTE;
  }

  /** Moves over the byte that `peek` gave. */
  step(): void {
    this.#at += 1;
  }

  /** Moves over one value, which begins at the next byte that is no blank. It may still be broken inside. */
  async value(): Promise<CutValue> {
    await this.peek();
    const offset = this.offset;
    const parts: Uint8Array[] = [];
    const state: ValueState = { depth: 0, inText: false, escaped: false };
    let length = 0;
    for (;;) {
      const end = this.#endOfValue(state);
      const part = this.#chunk.subarray(this.#at, end ?? this.#chunk.length);
      length += part.length;
      if (length > MAX_RECORD_BYTES) throw tooLong(this.record, offset);
      this.#at += part.length;
      if (end !== undefined && parts.length === 0) return { text: textOf(part), offset };
      parts.push(part);
      if (end !== undefined || !(await this.#refill())) break;
    }
    if (state.depth > 0 || state.inText) throw broken(this.record, offset, 'the file ends inside it');
    return { text: textOf(Buffer.concat(parts)), offset };
  }

  /** Moves over one line and gives it without its line break; undefined at the end of the file. */
  async line(): Promise<CutValue | undefined> {
    const offset = this.offset;
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const newline = this.#chunk.indexOf(0x0a, this.#at);
      const part = this.#chunk.subarray(this.#at, newline === -1 ? this.#chunk.length : newline);
      length += part.length;
      if (length > MAX_RECORD_BYTES) throw tooLong(this.record, offset);
      parts.push(part);
      this.#at += part.length;
      if (newline !== -1) {
        this.#at += 1;
        break;
      }
      if (await this.#refill()) continue;
      if (length === 0) return undefined;
      break;
    }
    const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    if (deepest(bytes) > MAX_DEPTH) throw tooDeep(this.record, offset);
    return { text: textOf(bytes), offset };
  }

  /** The place after the last byte of the value in this chunk; undefined when it goes on after it. */
  #endOfValue(state: ValueState): number | undefined {
    const chunk = this.#chunk;
    for (let at = this.#at; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (state.inText) {
        if (state.escaped) state.escaped = false;
        else if (byte === BACKSLASH) state.escaped = true;
        else if (byte === QUOTE) {
          state.inText = false;
          if (state.depth === 0) return at + 1;
        }
      } else if (byte === QUOTE) {
        state.inText = true;
      } else if (isOpening(byte)) {
        state.depth += 1;
        if (state.depth > MAX_DEPTH) throw tooDeep(this.record, this.#base + at);
      } else if (isClosing(byte)) {
        // The end of what holds the value.
        if (state.depth === 0) return at;
        state.depth -= 1;
        if (state.depth === 0) return at + 1;
      } else if (state.depth === 0 && (byte === COMMA || byte === COLON || isBlank(byte))) {
        return at;
      }
    }
    return undefined;
  }

  async #refill(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#base += this.#chunk.length;
    this.#chunk = next.value;
    this.#at = 0;
    return true;
  }
}

type ValueState = { depth: number; inText: boolean; escaped: boolean };

const COMMA = 0x2c;
const COLON = 0x3a;

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isOpening(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b;
}

function isClosing(byte: number): boolean {
  return byte === 0x7d || byte === 0x5d;
}

/** How deep the brackets of a line go. */
function deepest(line: Uint8Array): number {
  let depth = 0;
  let most = 0;
  let inText = false;
  for (let at = 0; at < line.length; at += 1) {
    const byte = line[at] ?? 0;
    if (inText && byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) inText = !inText;
    else if (inText) continue;
    else if (isOpening(byte)) most = Math.max(most, ++depth);
    else if (isClosing(byte)) depth -= 1;
  }
  return most;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** The file ends here, since nobody can tell where the next record would begin. */
export function broken(record: number, offset: number, what: string): NotJson {
  const where = `The file is damaged near byte ${offset}, at record ${record}`;
  const advice = 'Nothing was promoted. Export the file again and drop the new one.';
  return new NotJson('damaged-file', `${where}: ${what}. ${advice}`);
}

function tooLong(record: number, offset: number): NotJson {
  const where = `Record ${record}, which begins at byte ${offset},`;
  const advice = 'Nothing was promoted. Export one object for each record and drop the file again.';
  return new NotJson('record-too-long', `${where} is longer than ${MAX_RECORD_BYTES} bytes. ${advice}`);
}

function tooDeep(record: number, offset: number): NotJson {
  const where = `Record ${record}, near byte ${offset},`;
  const advice = 'Nothing was promoted. Export records that are flatter and drop the file again.';
  return new NotJson('unsafe-file', `${where} is nested more than ${MAX_DEPTH} deep. ${advice}`);
}
