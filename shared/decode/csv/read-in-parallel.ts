import type { PartSink } from '../../ports/file-reader.ts';
import { type Chunk, cutChunks } from './cut-chunks.ts';
import type { ChunkToDecode, DecodedChunk } from './decode-chunk.ts';
import type { CsvFile, Place } from './read-in-sequence.ts';

// The same parts as in sequence, decoded by several threads. This thread reads the file and cuts it.

/** Threads, or whoever decodes chunks; as many at once as `count` says, and one more for each that waits its turn. */
export type ChunkDecoders = {
  readonly count: number;
  decode(chunk: ChunkToDecode): Promise<DecodedChunk>;
};

/**
 * A longer part is left to the reader in sequence, whose memory does not grow with it. Wide rows of 613 bytes make
 * chunks of 38 MiB. While the next chunk is cut and joined, there are at most `count` large ones and two times its own
 * bytes in memory: with two threads 160 MiB of rows like these, and 384 MiB at the very most.
 */
export const MOST_CHUNK_BYTES = 96 * 1024 * 1024;
/** Of these, a second one may wait for each thread. */
const SMALL_CHUNK_BYTES = 32 * 1024 * 1024;

/**
 * Hands parts to the sink for as long as every chunk turns out to have been cut rightly. Returns the place up to which
 * they reach: the end of the file, or where it has to be read in sequence.
 */
export async function readInParallel(
  file: CsvFile,
  from: Place,
  decoders: ChunkDecoders,
  sink: PartSink,
): Promise<Place> {
  const underWay: { chunk: Chunk; decoded: Promise<DecodedChunk> }[] = [];
  let place = from;
  const settleFirst = async (): Promise<boolean> => {
    const first = underWay.shift();
    const decoded = await first?.decoded;
    if (first === undefined || decoded === undefined || decoded.kind === 'fault') return false;
    const { offset, size, records } = first.chunk;
    if (records > 0) await sink.take(decoded.part);
    place = { offset: offset + size, record: place.record + records, line: place.line + decoded.lines };
    return true;
  };
  let recordBefore = from.record;
  for await (const chunk of cutChunks(file, from.offset)) {
    underWay.push({ chunk, decoded: decoders.decode({ ...chunk, recordBefore }) });
    recordBefore += chunk.records;
    const most = chunk.size > SMALL_CHUNK_BYTES ? decoders.count : decoders.count * 2 - 1;
    while (underWay.length > most) if (!(await settleFirst())) return place;
  }
  while (underWay.length > 0) if (!(await settleFirst())) return place;
  return place;
}
