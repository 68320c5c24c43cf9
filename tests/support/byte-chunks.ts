/** Bytes as a stream of one chunk. */
export function inOneChunk(content: string | Uint8Array): AsyncIterable<Uint8Array> {
  return inChunks(content, []);
}

/** Bytes as a stream that is cut after each of `sizes` bytes; what is left comes last. */
export async function* inChunks(
  content: string | Uint8Array,
  sizes: readonly number[],
): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from = Math.min(from + size, bytes.length);
  }
  yield bytes.subarray(from);
}

/** The same chunk again and again, with a count of how often it was asked for. */
export function endless(
  first: string,
  again: string,
  times: number,
): { source: AsyncIterable<Uint8Array>; pulled: () => number; isClosed: () => boolean } {
  let pulled = 0;
  let isClosed = false;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (; pulled < times; pulled += 1) yield Buffer.from(pulled === 0 ? first : again);
    } finally {
      isClosed = true;
    }
  }
  return { source: chunks(), pulled: () => pulled, isClosed: () => isClosed };
}
