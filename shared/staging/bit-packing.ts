import type { PageRoom } from './page-room.ts';
import { writeVarint } from './varint.ts';

/** Bits for codes 0 to `count - 1`; never 0, which some readers do not know. */
export function bitsFor(count: number): number {
  return Math.max(1, 32 - Math.clz32(count - 1));
}

/** The largest size of `packCodes` for so many codes. */
export function packedBytes(count: number, width: number): number {
  return 10 + Math.ceil(count / 8) * width;
}

/**
 * Codes in Parquet's mix of runs and bit packing, of which it uses the simplest kind: one run for codes that are all
 * the same, else all of them bit-packed. Other repetitions are left to the compression. `codes` is where in the room they
 * are. Returns the end.
 */
export function packCodes(
  codes: number,
  count: number,
  width: number,
  room: PageRoom,
  start: number,
): number {
  const { packing, bytes } = room;
  packing.scanIntegers(codes, count);
  if (packing.repeats.value === count - 1) return packRun(packing.smallest.value, count, width, bytes, start);
  const at = writeVarint((Math.ceil(count / 8) << 1) | 1, bytes, start);
  return packing.packBits(codes, count, width, at);
}

/** One code, `count` times. Returns the end. */
export function packRun(
  code: number,
  count: number,
  width: number,
  target: Uint8Array,
  start: number,
): number {
  let at = writeVarint(count << 1, target, start);
  for (let shift = 0; shift < width; shift += 8, at += 1) target[at] = code >>> shift;
  return at;
}
