import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  type ChunkDecoders,
  MOST_CHUNK_BYTES,
  readInParallel,
} from '../../../../shared/decode/csv/read-in-parallel.ts';
import type { SnapshotPart } from '../../../../shared/decode/snapshot-part.ts';
import type { ByteSource } from '../../../../shared/ports/byte-source.ts';
import { aContract } from '../../../support/a-contract.ts';

const MEBIBYTE = 1024 * 1024;
const LAYOUT = { delimiter: 44, width: 2, positions: new Map<string, number>(), unexpected: [] };
const PART: SnapshotPart = {
  ...{ records: 1, accepted: 0, rejected: 1, dropped: 0, rowGroup: undefined, totals: {}, nulls: {} },
  ...{ votes: new Map(), issues: [], rejectedRows: [], suspects: [] },
};

/** As many chunks of one record as asked for, each of so many bytes. */
function chunksOf(bytes: number, chunks: number): ByteSource {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const range = Buffer.alloc(end - start, 'x');
    for (let at = bytes - 1 - (start % bytes); at < range.length; at += bytes) range[at] = 10;
    return range;
  };
  return { size: bytes * chunks, read };
}

/** Reads with decoders that only count; says how many chunks were in memory at once at most, and how many were read. */
async function read(source: ByteSource): Promise<{ most: number; chunks: number; offset: number }> {
  let [inMemory, most, chunks] = [0, 0, 0];
  const decoders: ChunkDecoders = {
    count: 2,
    decode: async () => {
      inMemory += 1;
      most = Math.max(most, inMemory);
      await setImmediate();
      return { kind: 'part', part: PART, lines: 1 };
    },
  };
  const take = async (): Promise<void> => {
    inMemory -= 1;
    chunks += 1;
  };
  const file = {
    ...{ source, contract: aContract(), layout: LAYOUT, setAside: undefined },
    ...{ rangeBytes: 8 * MEBIBYTE, partRecords: 1, mostChunkBytes: MOST_CHUNK_BYTES },
  };
  const { offset } = await readInParallel(file, { offset: 0, record: 0, line: 1 }, decoders, { take });
  return { most, chunks, offset };
}

describe('chunks for two threads', () => {
  it('are at most four at a time when they are small, so that no thread waits for the next', async () => {
    expect(await read(chunksOf(MEBIBYTE, 20))).toEqual({ most: 4, chunks: 20, offset: 20 * MEBIBYTE });
  });

  it('are at most three when they are larger than 32 MiB: one for each thread, and the one just cut', async () => {
    expect(await read(chunksOf(40 * MEBIBYTE, 6))).toEqual({ most: 3, chunks: 6, offset: 240 * MEBIBYTE });
  });

  it('are left to the reader in sequence when they are larger than 96 MiB', async () => {
    expect(await read(chunksOf(97 * MEBIBYTE, 2))).toEqual({ most: 0, chunks: 0, offset: 0 });
  });
});
