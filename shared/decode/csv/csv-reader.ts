import type { Contract } from '../../contracts/contract.ts';
import { matchHeader, otherColumns } from '../../contracts/match-header.ts';
import { CONTRACTS } from '../../contracts/registry.ts';
import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { PartSink, ReadOutcome, TableHeader } from '../../ports/file-reader.ts';
import type { TokenMaker } from '../../privacy/pseudonym.ts';
import { BATCH_RECORDS } from '../column-batch.ts';
import { headerOnly, headerProblems } from '../header-problems.ts';
import type { SetAside } from '../set-aside.ts';
import { type CsvHeader, readHeader } from './csv-header.ts';
import { BYTE_ORDER_MARK, otherDelimiter } from './csv-problems.ts';
import { CsvWorkers } from './csv-workers.ts';
import { COMMA } from './dialect.ts';
import { type ChunkDecoders, MOST_CHUNK_BYTES, readInParallel } from './read-in-parallel.ts';
import { type CsvFile, type Place, readInSequence } from './read-in-sequence.ts';
import type { Layout } from './record-decoder.ts';

// CSV in, typed parts out: one part for each 65,536 records, however the file is read.

export type CsvSettings = {
  readonly tokenOf: TokenMaker;
  /** Workers make the same tokens for themselves. */
  readonly pseudonymKey: string;
  /** Threads that decode; with one, this thread does. */
  readonly workers: number;
  readonly setAside?: SetAside | undefined;
  /** Smaller files are not worth a worker's start. */
  readonly parallelFromBytes?: number | undefined;
  readonly rangeBytes?: number;
  readonly partRecords?: number;
  readonly mostChunkBytes?: number;
};

/** Two threads bring nothing at 75 MB: each takes 0.2 s to start, and its code is slow until it has been compiled. */
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
  const problems = headerProblems(contract, match);
  if (problems.some(({ severity }) => severity === 'error')) return { kind: 'unreadable', problems };

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
    notices: [
      ...problems,
      ...(header.delimiter === COMMA ? [] : [otherDelimiter(header.delimiter)]),
      ...(header.hasByteOrderMark ? [BYTE_ORDER_MARK] : []),
    ],
  };
}

async function readRecords(
  file: CsvFile,
  from: Place,
  sink: PartSink,
  { tokenOf, pseudonymKey, workers, parallelFromBytes = PARALLEL_FROM_BYTES }: CsvSettings,
): Promise<{ readonly records: number } | Problem> {
  if (workers < 2 || file.source.size < parallelFromBytes) return readInSequence(file, from, tokenOf, sink);
  const start = (): CsvWorkers => new CsvWorkers(workers, file, pseudonymKey);
  const place = await readByWorkers(file, from, sink, { count: workers, start });
  // What the workers could not cut or read is read from there on, in the words of the reader that sees all of it.
  return place.offset >= file.source.size
    ? { records: place.record }
    : readInSequence(file, place, tokenOf, sink);
}

async function readByWorkers(
  file: CsvFile,
  from: Place,
  sink: PartSink,
  { count, start }: { readonly count: number; readonly start: () => CsvWorkers },
): Promise<Place> {
  // Not before a chunk has been cut: of a file whose records are too long for chunks, there is none.
  let workers: CsvWorkers | undefined;
  const decode: ChunkDecoders['decode'] = (chunk) => (workers ??= start()).decode(chunk);
  try {
    return await readInParallel(file, from, { count, decode }, sink);
  } finally {
    await workers?.close();
  }
}

export function layoutOf({ names, delimiter }: CsvHeader, positions: ReadonlyMap<string, number>): Layout {
  return {
    delimiter: delimiter.byte,
    width: names.length,
    positions,
    unexpected: otherColumns(names, positions),
  };
}
