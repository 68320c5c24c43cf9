import { setImmediate as othersTurn } from 'node:timers/promises';
import type { PartSink } from '../../ports/file-reader.ts';
import { ChunkRooms } from './chunk-rooms.ts';
import { type Chunk, cutChunks } from './cut-chunks.ts';
import type { ChunkToDecode, DecodedChunk } from './decode-chunk.ts';
import { READ_AHEAD_BYTES } from './dialect.ts';
import type { CsvFile, Place } from './read-in-sequence.ts';

// The same parts as in sequence, decoded by several threads. This one reads the file, cuts it, and decodes as well.

export type ChunkDecoders = {
  /** Threads that decode beside this one. */
  readonly threads: number;
  /** Chunks that were offered and that nobody has begun with. */
  readonly notBegun: number;
  /** To all threads and to `help`. */
  offer(chunk: ChunkToDecode): Promise<DecodedChunk>;
  /** Decodes the first chunk that nobody has begun with; false when there is none. */
  help(): boolean;
};

/**
 * A longer part is left to the reader in sequence, whose memory does not grow with it. Wide rows of 613 bytes make
 * chunks of 38 MiB. While the next chunk is cut, there is at most one large one for each thread, this one included:
 * with two threads 114 MiB of rows like these, and 288 MiB at the very most.
 */
export const MOST_CHUNK_BYTES = 96 * 1024 * 1024;
/** Of these, there may be two for each thread. */
const SMALL_CHUNK_BYTES = 32 * 1024 * 1024;

type UnderWay = {
  readonly chunk: Chunk;
  readonly promise: Promise<unknown>;
  decoded: DecodedChunk | undefined;
};

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
  const most = Math.min(file.mostChunkBytes, file.source.size - from.offset);
  const rooms = new ChunkRooms(most + READ_AHEAD_BYTES);
  const chunks = new Chunks(from, decoders, { sink, rooms });
  for await (const chunk of cutChunks(file, from.offset, rooms)) {
    chunks.offer(chunk);
    for (;;) {
      if (!(await chunks.handOn())) return chunks.place;
      if (chunks.areFew(chunk.size > SMALL_CHUNK_BYTES)) break;
      await chunks.proceed();
    }
  }
  while (!chunks.isEmpty) {
    await chunks.proceed();
    if (!(await chunks.handOn())) return chunks.place;
  }
  return chunks.place;
}

/** Those that were offered and not yet handed on, in their order. */
class Chunks {
  /** Up to where they were handed on. */
  place: Place;
  readonly #decoders: ChunkDecoders;
  readonly #sink: PartSink;
  readonly #rooms: ChunkRooms;
  readonly #underWay: UnderWay[] = [];
  #recordBefore: number;
  #undecoded = 0;

  constructor(
    from: Place,
    decoders: ChunkDecoders,
    to: { readonly sink: PartSink; readonly rooms: ChunkRooms },
  ) {
    this.place = from;
    this.#recordBefore = from.record;
    this.#decoders = decoders;
    this.#sink = to.sink;
    this.#rooms = to.rooms;
  }

  get isEmpty(): boolean {
    return this.#underWay.length === 0;
  }

  offer(chunk: Chunk): void {
    const promise = this.#decoders.offer({ ...chunk, recordBefore: this.#recordBefore }).then((decoded) => {
      underWay.decoded = decoded;
      this.#undecoded -= 1;
      this.#rooms.giveBack(chunk.room);
    });
    // It may fail while nobody waits for it.
    promise.catch(() => undefined);
    const underWay: UnderWay = { chunk, promise, decoded: undefined };
    this.#underWay.push(underWay);
    this.#recordBefore += chunk.records;
    this.#undecoded += 1;
  }

  /** Is there room for another chunk, and no more of them than keeps the other threads busy while this one decodes? */
  areFew(isLarge: boolean): boolean {
    const { threads, notBegun } = this.#decoders;
    const most = isLarge ? threads + 1 : 2 * threads + 1;
    return notBegun <= threads && this.#undecoded <= most && this.#underWay.length <= most + threads;
  }

  /** Decodes a chunk here, or waits for the one that is wanted first. */
  async proceed(): Promise<void> {
    if (this.#decoders.help()) await othersTurn();
    else await this.#underWay[0]?.promise;
  }

  /** Hands on what is decoded, in order; false at a chunk that was cut wrongly. */
  async handOn(): Promise<boolean> {
    for (let first = this.#underWay[0]; first?.decoded !== undefined; first = this.#underWay[0]) {
      const { chunk, decoded } = first;
      if (decoded.kind === 'fault') return false;
      if (chunk.records > 0) await this.#sink.take(decoded.part);
      this.place = {
        offset: chunk.offset + chunk.size,
        record: this.place.record + chunk.records,
        line: this.place.line + decoded.lines,
      };
      this.#underWay.shift();
    }
    return true;
  }
}
