import { inRanges } from '../../ports/byte-source.ts';
import type { ChunkRoom, ChunkRooms } from './chunk-rooms.ts';
import { asBuffer } from './dialect.ts';
import { LineCounter } from './line-counter.ts';
import { type CsvFile, startingAt } from './read-in-sequence.ts';

/** Whole records of a file, as many as a part has; fewer at its end. */
export type Chunk = {
  /** They are at its beginning, with some room behind them. */
  readonly room: ChunkRoom;
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
  rooms: ChunkRooms,
): AsyncGenerator<Chunk> {
  const counter = new LineCounter();
  let room: ChunkRoom | undefined;
  let size = 0;
  let start = offset;
  const take = (filled: ChunkRoom): Chunk => {
    const chunk = { room: filled, size, offset: start, records: counter.records };
    start += size;
    room = undefined;
    size = 0;
    counter.records = 0;
    return chunk;
  };
  for await (const range of inRanges(startingAt(source, offset), rangeBytes)) {
    let from = 0;
    while (from < range.length) {
      const cut = counter.scan(range, from, partRecords);
      if (size + cut - from > mostChunkBytes) return;
      room ??= rooms.take();
      // Not `set`, which is slower by far between memory of one thread and of all.
      asBuffer(range).copy(room, size, from, cut);
      size += cut - from;
      from = cut;
      if (counter.records === partRecords) yield take(room);
    }
  }
  counter.endFile();
  if (room !== undefined) yield take(room);
}
