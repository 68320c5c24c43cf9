import type { Contract } from '../../contracts/contract.ts';
import type { Problem } from '../../domain/problem.ts';
import { type ByteSource, inRanges } from '../../ports/byte-source.ts';
import type { PartSink } from '../../ports/file-reader.ts';
import type { TokenMaker } from '../../privacy/pseudonym.ts';
import { PartBuilder } from '../part-builder.ts';
import type { SetAside } from '../set-aside.ts';
import type { SnapshotPart } from '../snapshot-part.ts';
import { endlessRecord } from './csv-problems.ts';
import { LINE_FEED, MOST_RECORD_BYTES, READ_AHEAD_BYTES } from './dialect.ts';
import { countLineEnds, encodingFault, wholeCharacters, wrongEncoding } from './encoding-faults.ts';
import { partFinisher, type UnfinishedPart } from './finish-part.ts';
import { PlainMemory } from './plain-memory.ts';
import { type Layout, RecordDecoder } from './record-decoder.ts';

/** A place between two records of a file: number of the last record, and the line that the next one may begin on. */
export type Place = { readonly offset: number; readonly record: number; readonly line: number };

export type CsvFile = {
  readonly source: ByteSource;
  readonly contract: Contract;
  readonly layout: Layout;
  readonly setAside: SetAside | undefined;
  readonly rangeBytes: number;
  readonly partRecords: number;
  readonly mostChunkBytes: number;
};

/** Where parts go as soon as they are there. */
export type PartTaker = {
  take(part: UnfinishedPart): Promise<void>;
  /** All parts have been handed on. */
  end(): Promise<void>;
};

/** All of the work in this thread. */
export function finishedHere(contract: Contract, tokenOf: TokenMaker, sink: PartSink): PartTaker {
  const finish = partFinisher(contract, tokenOf);
  return { take: (part) => sink.take(finish(part)), end: async () => undefined };
}

/** So many parts may be in the hands of others while the next one is read. */
const MOST_UNFINISHED = 2;

/** The parts are finished elsewhere, and handed on in their order. */
export function finishedBy(
  finish: (part: UnfinishedPart) => Promise<SnapshotPart>,
  sink: PartSink,
): PartTaker {
  const underWay: Promise<SnapshotPart>[] = [];
  const handOn = async (most: number): Promise<void> => {
    while (underWay.length > most) {
      const part = await underWay.shift();
      if (part !== undefined) await sink.take(part);
    }
  };
  return {
    take(part) {
      underWay.push(finish(part));
      return handOn(MOST_UNFINISHED);
    },
    end: () => handOn(0),
  };
}

/** Reads the records from a place on. Returns how many there are, or why they cannot be told apart. */
export async function readInSequence(
  file: CsvFile,
  from: Place,
  tokenOf: TokenMaker,
  parts: PartTaker,
): Promise<{ readonly records: number } | Problem> {
  const { contract, layout, partRecords } = file;
  const memory = new PlainMemory(contract, { width: layout.width, bytes: file.source.size });
  const builder = new PartBuilder(contract, tokenOf, file.setAside, memory);
  const decoder = new RecordDecoder(builder, contract, layout, { ...from, partRecords, memory });
  const problem = await readRanges(file, from, decoder, parts);
  if (problem === undefined && builder.records > 0) await parts.take(decoder.takePart());
  await parts.end();
  return problem ?? { records: decoder.record };
}

/** Returns why records cannot be told apart; the last part is still in the decoder. */
async function readRanges(
  file: CsvFile,
  from: Place,
  decoder: RecordDecoder,
  parts: PartTaker,
): Promise<Problem | undefined> {
  const window = new Window(file, from.offset);
  for await (const range of inRanges(startingAt(file.source, from.offset), file.rangeBytes)) {
    window.append(range);
    for (;;) {
      decoder.at = window.start;
      const stop = decoder.decode(window);
      window.start = decoder.at;
      if (stop === 'more') break;
      if (stop !== 'part') return endlessRecord(stop, decoder.line);
      await parts.take(decoder.takePart());
    }
    const problem = window.problemAt(decoder.line);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The bytes at hand: what is left of the last range, and the range that came after it. */
class Window {
  readonly bytes: Buffer;
  /** The next byte to be read, and the end of those that can be. */
  start = 0;
  end = 0;
  isLast = false;
  /** Where `bytes[0]` is in the file. */
  offset: number;
  readonly #size: number;
  #fault: { readonly byte: number; readonly isCutOff: boolean } | undefined;
  /** Bytes up to here are known to be UTF-8. */
  #checked = 0;

  constructor({ source, rangeBytes }: CsvFile, offset: number) {
    // A record that is left over is no longer than the longest, or reading ends.
    const most = Math.min(MOST_RECORD_BYTES + 1 + rangeBytes, source.size - offset);
    this.bytes = Buffer.alloc(most + READ_AHEAD_BYTES);
    this.offset = offset;
    this.#size = source.size;
  }

  append(range: Uint8Array): void {
    const { bytes, start } = this;
    bytes.copyWithin(0, start, this.end);
    this.offset += start;
    this.#checked = Math.max(0, this.#checked - start);
    this.start = 0;
    this.end -= start;
    bytes.set(range, this.end);
    this.end += range.length;
    this.isLast = this.offset + this.end >= this.#size;
    this.#checkEncoding();
    bytes[this.end] = LINE_FEED;
  }

  /** Records that end before the fault are read all the same, whatever the ranges are. */
  #checkEncoding(): void {
    const { bytes, end, isLast } = this;
    const fault = encodingFault(bytes, this.#checked, end, isLast);
    if (fault === -1) {
      this.#checked = isLast ? end : wholeCharacters(bytes, this.#checked, end);
      return;
    }
    this.#fault = {
      byte: bytes[fault] as number,
      isCutOff: isLast && wholeCharacters(bytes, fault, end) === fault,
    };
    this.end = fault;
    this.isLast = false;
  }

  problemAt(line: number): Problem | undefined {
    if (this.#fault === undefined) return undefined;
    const { byte, isCutOff } = this.#fault;
    return wrongEncoding(byte, isCutOff, line + countLineEnds(this.bytes, this.start, this.end));
  }
}

/** The file without its first bytes. */
export function startingAt(source: ByteSource, offset: number): ByteSource {
  return {
    size: source.size - offset,
    read: (start, end) => source.read(start + offset, end + offset),
  };
}
