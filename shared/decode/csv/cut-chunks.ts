import { inRanges } from '../../ports/byte-source.ts';
import { CARRIAGE_RETURN, LINE_FEED, QUOTE, READ_AHEAD_BYTES } from './dialect.ts';
import { type CsvFile, startingAt } from './read-in-sequence.ts';

/** Whole records of a file, as many as a part has; fewer at its end. */
export type Chunk = {
  /** In a buffer of its own, which may be handed to another thread, with some room behind them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number;
  /** Where it begins in the file. */
  readonly offset: number;
  readonly records: number;
};

/**
 * Cuts a file behind every `partRecords` records by counting line ends outside of quotation marks. An odd number of
 * quotation marks before a byte means that it stands inside of them, in every file without a quotation mark out of
 * place; whoever decodes a chunk finds out whether that held. Ends early before a chunk of more than `mostChunkBytes`.
 */
export async function* cutChunks(
  { source, partRecords, rangeBytes, mostChunkBytes }: Omit<CsvFile, 'contract' | 'layout'>,
  offset: number,
): AsyncGenerator<Chunk> {
  const cutter = new Cutter();
  let pieces: Uint8Array[] = [];
  let size = 0;
  let start = offset;
  const take = (): Chunk => {
    const chunk = { bytes: joined(pieces, size), size, offset: start, records: cutter.records };
    start += size;
    pieces = [];
    size = 0;
    cutter.records = 0;
    return chunk;
  };
  for await (const range of inRanges(startingAt(source, offset), rangeBytes)) {
    let from = 0;
    while (from < range.length) {
      const cut = cutter.scan(range, from, partRecords);
      pieces.push(range.subarray(from, cut));
      size += cut - from;
      from = cut;
      if (size > mostChunkBytes) return;
      if (cutter.records === partRecords) yield take();
    }
  }
  cutter.endFile();
  if (size > 0) yield take();
}

class Cutter {
  records = 0;
  #isQuoted = false;
  /** Has the line under way anything but a carriage return? */
  #hasContent = false;

  /** Counts records from `from` on; returns where it stopped: behind the last record of a part, or at the end. */
  scan(bytes: Uint8Array, from: number, partRecords: number): number {
    let at = from;
    let quote = nextOf(bytes, QUOTE, at);
    // Looked for again only when it has been passed: a line may hold a million quotation marks.
    let lineEnd = -1;
    for (;;) {
      if (this.#isQuoted) {
        if (quote === bytes.length) return quote;
        this.#isQuoted = false;
        at = quote + 1;
        quote = nextOf(bytes, QUOTE, at);
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

  /** The last record needs no line end. */
  endFile(): void {
    if (this.#hasContent) this.records += 1;
  }
}

function nextOf(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.length : at;
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size + READ_AHEAD_BYTES);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
