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

type Seen = { most: number; chunks: number; offset: number; helped: number };

/**
 * Reads with decoders that only count: a thread, or nobody but this one. Says how many chunks were in memory at once at
 * most, how many were read, and how many of them here.
 */
async function read(source: ByteSource, { hasThread = true } = {}): Promise<Seen> {
  let [inMemory, most, chunks, helped] = [0, 0, 0, 0];
  const waiting: (() => void)[] = [];
  const decodeFirst = (): boolean => {
    const first = waiting.shift();
    if (first === undefined) return false;
    inMemory -= 1;
    first();
    return true;
  };
  const decoders: ChunkDecoders = {
    threads: 1,
    get notBegun() {
      return waiting.length;
    },
    offer: async () => {
      inMemory += 1;
      most = Math.max(most, inMemory);
      const decoded = new Promise<void>((resolve) => waiting.push(resolve));
      if (hasThread) void setImmediate().then(decodeFirst);
      await decoded;
      return { kind: 'part', part: PART, lines: 1 };
    },
    help: () => {
      const hasHelped = decodeFirst();
      if (hasHelped) helped += 1;
      return hasHelped;
    },
  };
  const take = async (): Promise<void> => {
    chunks += 1;
  };
  const file = {
    ...{ source, contract: aContract(), layout: LAYOUT, setAside: undefined },
    ...{ rangeBytes: 8 * MEBIBYTE, partRecords: 1, mostChunkBytes: MOST_CHUNK_BYTES },
  };
  const { offset } = await readInParallel(file, { offset: 0, record: 0, line: 1 }, decoders, { take });
  return { most, chunks, offset, helped };
}

describe('chunks for two threads', () => {
  it('are at most three at a time: one for each thread and the one just cut', async () => {
    for (const size of [MEBIBYTE, 40 * MEBIBYTE]) {
      const { most, chunks, offset } = await read(chunksOf(size, 6));

      expect({ chunks, offset }).toEqual({ chunks: 6, offset: 6 * size });
      expect(most).toBeLessThanOrEqual(3);
    }
  });

  it('are all decoded by the thread that cuts them when the other one does not come to it', async () => {
    const { most, chunks, helped } = await read(chunksOf(MEBIBYTE, 20), { hasThread: false });

    expect({ most, chunks, helped }).toEqual({ most: 2, chunks: 20, helped: 20 });
  });

  it('are left to the reader in sequence when they are larger than 96 MiB', async () => {
    expect(await read(chunksOf(97 * MEBIBYTE, 2))).toMatchObject({ most: 0, chunks: 0, offset: 0 });
  });
});
