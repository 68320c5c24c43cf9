import { compiledMemory } from '../compiled-code.ts';
import { asBuffer, CARRIAGE_RETURN, LINE_FEED, QUOTE } from './dialect.ts';
import { BEYOND_INPUT_BYTES, INPUT_BYTES, OWN_BYTES, PLAIN_CODE } from './plain-memory.ts';

/** Counts records by their line ends, over one piece of a file after the other. */
export class LineCounter {
  records = 0;
  #isQuoted = false;
  /** Has the line under way anything but a carriage return? */
  #hasContent = false;
  /** Most files have none, and where one is there are many. */
  #hasReturns = false;
  readonly #memory = compiledMemory(OWN_BYTES + INPUT_BYTES + BEYOND_INPUT_BYTES);
  readonly #code = PLAIN_CODE.over(this.#memory);
  readonly #input = new Uint8Array(this.#memory.buffer, OWN_BYTES, INPUT_BYTES);

  /** Counts records from `from` on; returns where it stopped: behind the last record of a part, or at the end. */
  scan(bytes: Uint8Array, from: number, partRecords: number): number {
    let at = from;
    let quote = nextOf(bytes, QUOTE, at);
    // Looked for again only when it has been passed: a line may hold a million quotation marks.
    let lineEnd = -1;
    this.#hasReturns ||= bytes.indexOf(CARRIAGE_RETURN, at) !== -1;
    /** Lines up to here are looked at one by one. */
    let singly = this.#hasReturns ? bytes.length : at;
    for (;;) {
      if (this.#isQuoted) {
        if (quote === bytes.length) return quote;
        this.#isQuoted = false;
        at = quote + 1;
        quote = nextOf(bytes, QUOTE, at);
      }
      if (at >= singly && quote - at > FEWEST_BYTES) {
        at = this.#skipLines(bytes, at, quote, partRecords);
        singly = at + FEWEST_BYTES;
      }
      if (lineEnd < at) lineEnd = nextOf(bytes, LINE_FEED, at);
      if (quote < lineEnd) {
        this.#isQuoted = true;
        this.#hasContent = true;
        at = quote + 1;
        quote = nextOf(bytes, QUOTE, at);
        continue;
      }
      this.#hasContent ||= lineEnd - at > 1 || (lineEnd - at === 1 && bytes[at] !== CARRIAGE_RETURN);
      if (lineEnd === bytes.length) return lineEnd;
      at = lineEnd + 1;
      if (!this.#hasContent) continue;
      this.#hasContent = false;
      this.records += 1;
      if (this.records === partRecords) return at;
    }
  }

  /**
   * Counts the lines up to a quotation mark far away by compiled code: to look for each line end takes many times as
   * long. Returns where it stopped, which is not behind an empty line and not behind the last record of the part.
   */
  #skipLines(bytes: Uint8Array, from: number, end: number, partRecords: number): number {
    let at = from;
    while (end - at > FEWEST_BYTES) {
      const size = Math.min(end - at, INPUT_BYTES);
      asBuffer(bytes).copy(this.#input, 0, at, at + size);
      const isAtLineStart = this.#hasContent ? 0 : 1;
      const most = partRecords - this.records;
      const stop = this.#code.skipLines(OWN_BYTES, OWN_BYTES + size, isAtLineStart, most) - OWN_BYTES;
      if (stop === 0) break;
      this.records += this.#code.lines.value;
      at += stop;
      this.#hasContent = bytes[at - 1] !== LINE_FEED;
      if (size - stop >= 16) break;
    }
    return at;
  }

  /** The last record needs no line end. */
  endFile(): void {
    if (this.#hasContent) this.records += 1;
  }
}

/** For fewer bytes, it is not worth to copy them. */
const FEWEST_BYTES = 1_024;

function nextOf(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.length : at;
}
