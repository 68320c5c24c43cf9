import type { Contract } from '../../contracts/contract.ts';
import { matchHeader, otherColumns } from '../../contracts/match-header.ts';
import { CONTRACTS } from '../../contracts/registry.ts';
import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { PartSink, ReadOutcome, TableHeader } from '../../ports/file-reader.ts';
import type { TokenMaker } from '../../privacy/pseudonym.ts';
import { BATCH_RECORDS } from '../column-batch.ts';
import { headerOnly, headerProblems, refusedHeader } from '../header-problems.ts';
import type { SetAside } from '../set-aside.ts';
import { type CsvHeader, readHeader } from './csv-header.ts';
import { BYTE_ORDER_MARK, otherDelimiter } from './csv-problems.ts';
import { CsvWorkers } from './csv-workers.ts';
import { chunkDecoder } from './decode-chunk.ts';
import { COMMA } from './dialect.ts';
import { lineOfHeaderBelow } from './header-below.ts';
import { type ChunkDecoders, MOST_CHUNK_BYTES, readInParallel } from './read-in-parallel.ts';
import { type CsvFile, finishedBy, finishedHere, type Place, readInSequence } from './read-in-sequence.ts';
import type { Layout } from './record-decoder.ts';

// CSV in, typed parts out: one part for each 65,536 records, however the file is read.

export type CsvSettings = {
  readonly tokenOf: TokenMaker;
  /** Workers make the same tokens for themselves. */
  readonly pseudonymKey: string;
  /** Threads that work on the file, this one included. */
  readonly workers: number;
  readonly setAside?: SetAside | undefined;
  /** Smaller files are not worth a second thread that decodes as well. */
  readonly parallelFromBytes?: number | undefined;
  /** Nor smaller ones than these one that finishes the parts. As above where that is given and this is not. */
  readonly finishFromBytes?: number | undefined;
  readonly rangeBytes?: number;
  readonly partRecords?: number;
  readonly mostChunkBytes?: number;
};

/** A thread takes 0.1 s of the processor to start, and must win that back. */
const FINISH_FROM_BYTES = 40_000_000;
/**
 * Code is slow until it has been compiled, in each thread anew. Below this size it is better if the one only decodes and
 * the other only finishes, although the first has more than twice as much to do.
 */
const PARALLEL_FROM_BYTES = 150_000_000;
const RANGE_BYTES = 8 * 1024 * 1024;

/** The names at the top of the file, or why there are none. */
export async function readCsvHeaders(source: ByteSource): Promise<readonly TableHeader[] | Problem> {
  const header = await readHeader(source, CONTRACTS);
  return 'code' in header ? header : [{ names: header.names }];
}

export async function readCsv(
  source: ByteSource,
  contract: Contract,
  sink: PartSink,
  settings: CsvSettings,
): Promise<ReadOutcome> {
  const header = await readHeader(source, [contract]);
  if ('code' in header) return { kind: 'unreadable', problems: [header] };
  const match = matchHeader(contract, header.names);
  const below = match.recognised === 0 ? await lineOfHeaderBelow(source, header, contract) : undefined;
  const problems = headerProblems(contract, match, below);
  const refused = refusedHeader(problems, match);
  if (refused !== undefined) return refused;

  const {
    rangeBytes = RANGE_BYTES,
    partRecords = BATCH_RECORDS,
    mostChunkBytes = MOST_CHUNK_BYTES,
  } = settings;
  const layout = layoutOf(header, match.positions);
  const { setAside } = settings;
  const file: CsvFile = { source, contract, layout, setAside, rangeBytes, partRecords, mostChunkBytes };
  const read = await readRecords(file, { offset: header.end, record: 0, line: header.line }, sink, settings);
  if ('code' in read) return { kind: 'unreadable', problems: [read] };
  if (read.records === 0 && contract.mayBeEmpty !== true) {
    return { kind: 'unreadable', problems: [headerOnly(contract)] };
  }
  return {
    kind: 'read',
    unexpectedColumns: match.unexpected,
    missingOptionalColumns: match.missingOptional,
    aliases: match.aliases,
    notices: [
      ...problems,
      ...(header.delimiter === COMMA ? [] : [otherDelimiter(header.delimiter)]),
      ...(header.hasByteOrderMark ? [BYTE_ORDER_MARK] : []),
    ],
  };
}

type Read = { readonly records: number } | Problem;

/** Alone, with other threads that finish the parts, or with other threads that decode as well. */
async function readRecords(file: CsvFile, from: Place, sink: PartSink, settings: CsvSettings): Promise<Read> {
  const { workers, parallelFromBytes = PARALLEL_FROM_BYTES } = settings;
  const { finishFromBytes = settings.parallelFromBytes ?? FINISH_FROM_BYTES } = settings;
  const { size } = file.source;
  if (workers > 1 && size >= parallelFromBytes) return readByThreads(file, from, sink, settings);
  if (workers > 1 && size >= finishFromBytes) return readForThreads(file, from, sink, settings);
  return readInSequence(file, from, settings.tokenOf, finishedHere(file.contract, settings.tokenOf, sink));
}

async function readForThreads(
  file: CsvFile,
  from: Place,
  sink: PartSink,
  settings: CsvSettings,
): Promise<Read> {
  const threads = new CsvWorkers(settings.workers - 1, file, settings.pseudonymKey);
  try {
    const parts = finishedBy((part) => threads.finish(part), sink);
    return await readInSequence(file, from, settings.tokenOf, parts);
  } finally {
    await threads.close();
  }
}

async function readByThreads(
  file: CsvFile,
  from: Place,
  sink: PartSink,
  settings: CsvSettings,
): Promise<Read> {
  // Not before a chunk has been cut: of a file whose records are too long for chunks, there is none.
  let threads: CsvWorkers | undefined;
  const decoders: ChunkDecoders = {
    threads: settings.workers - 1,
    get notBegun() {
      return threads?.notBegun ?? 0;
    },
    offer: (chunk) => (threads ??= startDecoding(file, settings)).offer(chunk),
    help: () => threads?.help() ?? false,
  };
  const readUpTo = async (): Promise<Place> => {
    try {
      return await readInParallel(file, from, decoders, sink);
    } finally {
      await threads?.close();
    }
  };
  const place = await readUpTo();
  // What the threads could not cut or read is read from there on, in the words of the reader that sees all of it.
  return place.offset >= file.source.size
    ? { records: place.record }
    : readInSequence(file, place, settings.tokenOf, finishedHere(file.contract, settings.tokenOf, sink));
}

/** They load their code while this thread makes its own decoder. */
function startDecoding(file: CsvFile, { workers, pseudonymKey, tokenOf }: CsvSettings): CsvWorkers {
  let decode: ReturnType<typeof chunkDecoder> | undefined;
  return new CsvWorkers(workers - 1, file, pseudonymKey, (chunk) =>
    (decode ??= chunkDecoder(file, tokenOf))(chunk),
  );
}

export function layoutOf({ names, delimiter }: CsvHeader, positions: ReadonlyMap<string, number>): Layout {
  return {
    delimiter: delimiter.byte,
    width: names.length,
    positions,
    unexpected: otherColumns(names, positions),
  };
}
