import type { Column, Contract } from '../../contracts/contract.ts';
import { foldName } from '../../contracts/match-header.ts';
import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import { endlessRecord, malformedHeader, NO_HEADER } from './csv-problems.ts';
import { CARRIAGE_RETURN, DELIMITERS, type Delimiter, LINE_FEED } from './dialect.ts';
import { countLineEnds, encodingFault, otherFormat, wideEncoding, wrongEncoding } from './encoding-faults.ts';
import { type SplitRecord, splitRecord } from './split-record.ts';

/** The first record of a file and the dialect that it is written in. */
export type CsvHeader = {
  readonly names: readonly string[];
  readonly delimiter: Delimiter;
  readonly hasByteOrderMark: boolean;
  /** Where its line end is in the file, and the line that this ends. */
  readonly end: number;
  readonly line: number;
};

/**
 * Reads no further than the header. The delimiter is the one by which it matches one of the contracts best, else the
 * one with most names.
 */
export async function readHeader(
  source: ByteSource,
  contracts: readonly Contract[],
): Promise<CsvHeader | Problem> {
  const view = await HeaderView.open(source);
  const refused = otherFormat(view.bytes) ?? wideEncoding(view.bytes);
  if (refused !== undefined) return refused;
  const hasByteOrderMark = view.bytes.subarray(0, 3).equals(MARK);
  if (hasByteOrderMark) view.start = MARK.length;
  while (!view.skipLineEnds()) if (!(await view.next())) return NO_HEADER;
  for (;;) {
    const { bytes, start, line, offset, isLast } = view;
    const fault = encodingFault(bytes, start, bytes.length, isLast);
    const sound = fault === -1 ? bytes : bytes.subarray(0, fault);
    const splits = DELIMITERS.map((delimiter) => ({
      delimiter,
      record: splitRecord(sound, start, delimiter.byte, isLast && fault === -1),
    }));
    if (splits.some(({ record }) => record.kind === 'incomplete')) {
      if (fault !== -1) {
        return wrongEncoding(bytes[fault] as number, false, line + countLineEnds(bytes, start, fault));
      }
      await view.extend();
      continue;
    }
    const { delimiter, record } = likeliest(splits, contracts);
    switch (record.kind) {
      case 'cells': {
        const lastLine = line + countLineEnds(bytes, start, record.end);
        return { names: record.cells, delimiter, hasByteOrderMark, end: offset + record.end, line: lastLine };
      }
      case 'malformed':
        return malformedHeader(line + countLineEnds(bytes, start, record.at), record.detail);
      case 'unclosed-quote':
      case 'record-too-long':
        return endlessRecord(record.kind, line);
      case 'incomplete':
        throw new Error('a header was split before it was read');
    }
  }
}

const MARK = Buffer.from('\uFEFF');
/** Names that are looked at to tell the delimiter. */
const MOST_NAMES = 1_000;

type Split = { readonly delimiter: Delimiter; readonly record: SplitRecord };

function likeliest(splits: readonly Split[], contracts: readonly Contract[]): Split {
  const scores = splits.map((split) => ({ split, score: scoreOf(split.record, contracts) }));
  const [best] = scores.sort(({ score: a }, { score: b }) => {
    const differing = a.findIndex((value, index) => value !== b[index]);
    return (b[differing] ?? 0) - (a[differing] ?? 0);
  });
  if (best === undefined) throw new Error('there is no delimiter to choose from');
  return best.split;
}

/** What counts most stands first. */
function scoreOf(record: SplitRecord, contracts: readonly Contract[]): readonly number[] {
  if (record.kind !== 'cells') return [record.kind === 'malformed' ? 1 : 0, 0, 0];
  const names = new Set(record.cells.slice(0, MOST_NAMES).map(foldName));
  const recognised = contracts.map(
    ({ columns }) => columns.filter((column) => isNamed(column, names)).length,
  );
  return [2, Math.max(0, ...recognised), record.cells.length];
}

function isNamed({ name, aliases = [] }: Column, names: ReadonlySet<string>): boolean {
  return names.has(foldName(name)) || aliases.some((alias) => names.has(foldName(alias)));
}

const FIRST_BYTES = 65_536;
const MOST_BYTES_AT_ONCE = 8 * 1024 * 1024;

/** The part of the file where the header is looked for. */
class HeaderView {
  bytes: Buffer;
  /** Where `bytes[0]` is in the file. */
  offset = 0;
  /** Where the header begins in `bytes`, or where it is looked for. */
  start = 0;
  line = 1;
  readonly #source: ByteSource;
  #byteBefore = LINE_FEED;

  private constructor(source: ByteSource, bytes: Buffer) {
    this.#source = source;
    this.bytes = bytes;
  }

  static async open(source: ByteSource): Promise<HeaderView> {
    const bytes =
      source.size === 0 ? Buffer.alloc(0) : await source.read(0, Math.min(FIRST_BYTES, source.size));
    return new HeaderView(source, asBuffer(bytes));
  }

  get isLast(): boolean {
    return this.offset + this.bytes.length >= this.#source.size;
  }

  /** Blank lines before the header. False when there is nothing else. */
  skipLineEnds(): boolean {
    for (; this.start < this.bytes.length; this.start += 1) {
      const byte = this.bytes[this.start] as number;
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) return true;
      if (byte === CARRIAGE_RETURN || this.#byteBefore !== CARRIAGE_RETURN) this.line += 1;
      this.#byteBefore = byte;
    }
    return false;
  }

  /** The bytes after these in place of them. False when there are none. */
  async next(): Promise<boolean> {
    if (this.isLast) return false;
    const { length } = this.bytes;
    this.offset += length;
    this.bytes = await this.#read(this.offset, length * 2);
    this.start = 0;
    return true;
  }

  /** The bytes after these in addition to them. */
  async extend(): Promise<void> {
    const { length } = this.bytes;
    this.bytes = Buffer.concat([this.bytes, await this.#read(this.offset + length, length)]);
  }

  async #read(start: number, length: number): Promise<Buffer> {
    const end = Math.min(start + Math.min(length, MOST_BYTES_AT_ONCE), this.#source.size);
    return asBuffer(await this.#source.read(start, end));
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
