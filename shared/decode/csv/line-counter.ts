import { CARRIAGE_RETURN, LINE_FEED, QUOTE } from './dialect.ts';

/** Counts records by their line ends, over one piece of a file after the other. */
export class LineCounter {
  records = 0;
  #isQuoted = false;
  /** Has the line under way anything but a carriage return? */
  #hasContent = false;
  /** Most files have none, and where one is there are many. */
  #hasReturns = false;

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
      if (at >= singly && quote - at > BLOCK_BYTES) {
        at = this.#skipBlocks(bytes, at, quote, partRecords);
        singly = at + BLOCK_BYTES;
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
   * Counts the lines of whole blocks that have neither quotation marks nor carriage returns, four bytes at a time: to
   * look for each line end takes four times as long. Stops before a block with an empty line, and before the one in
   * which the part may end. Returns where it stopped.
   */
  #skipBlocks(bytes: Uint8Array, from: number, end: number, partRecords: number): number {
    const place = bytes.byteOffset + from;
    const gap = -place & 3;
    for (let at = from; at < from + gap; at += 1) {
      if (bytes[at] === LINE_FEED) return from;
      this.#hasContent = true;
    }
    const words = new Int32Array(bytes.buffer, place + gap, Math.floor((end - from - gap) / WORD_BYTES));
    /** Set where the byte before the next word ends a line, so that a line end after it ends an empty one. */
    let before = this.#hasContent ? 0 : TOP_BIT;
    let at = 0;
    for (; at + BLOCK_WORDS <= words.length; at += BLOCK_WORDS) {
      let counts = 0;
      let empty = 0;
      let last = before;
      for (let word = at; word < at + BLOCK_WORDS; word += 1) {
        const others = (words[word] as number) ^ LINE_FEEDS;
        // The top bit of each byte that is a line feed.
        const ends = ~(((others & LOW_BITS) + LOW_BITS) | 0 | others | LOW_BITS);
        counts = (counts + (ends >>> 7)) | 0;
        empty |= ends & ((ends << 8) | last);
        last = ends >>> 24;
      }
      const lines =
        (counts & 0xff) + ((counts >>> 8) & 0xff) + ((counts >>> 16) & 0xff) + ((counts >>> 24) & 0xff);
      if (empty !== 0 || this.records + lines >= partRecords) break;
      this.records += lines;
      before = last;
    }
    if (at > 0) this.#hasContent = before === 0;
    return from + gap + at * WORD_BYTES;
  }

  /** The last record needs no line end. */
  endFile(): void {
    if (this.#hasContent) this.records += 1;
  }
}

const WORD_BYTES = 4;
/** So few that the line feeds of a block, counted by their place in a word, fit into a byte each. */
const BLOCK_WORDS = 252;
const BLOCK_BYTES = BLOCK_WORDS * WORD_BYTES;
const LINE_FEEDS = 0x0a0a0a0a;
const LOW_BITS = 0x7f7f7f7f;
const TOP_BIT = 0x80;

function nextOf(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.length : at;
}
