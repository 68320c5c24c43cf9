/** The bytes of one file, readable in ranges and always the same ones. */
export interface ByteSource {
  readonly size: number;
  /** Bytes from `start` up to but not including `end`, both within the file. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A range costs a round trip, so ranges are large and the next one is fetched while this one is worked on. */
const RANGE_BYTES = 8 * 1024 * 1024;

/** The bytes in order, one range at a time with the next one under way. */
export async function* inRanges(source: ByteSource, rangeBytes = RANGE_BYTES): AsyncGenerator<Uint8Array> {
  const fetch = (start: number): Promise<Uint8Array> | undefined => {
    if (start >= source.size) return undefined;
    const range = source.read(start, Math.min(start + rangeBytes, source.size));
    // It may fail while nobody waits for it yet; whoever awaits it hears of it.
    range.catch(() => undefined);
    return range;
  };
  let next = fetch(0);
  for (let start = 0; next !== undefined; ) {
    const range = await next;
    start += rangeBytes;
    next = fetch(start);
    yield range;
  }
}
