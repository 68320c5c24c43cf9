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
 * the same, else all of them bit-packed. Other repetitions are left to the compression. Returns the end.
 */
export function packCodes(
  codes: Int32Array | Uint8Array,
  count: number,
  width: number,
  target: Uint8Array,
  start: number,
): number {
  if (allSame(codes, count)) return packRun(codes[0] ?? 0, count, width, target, start);
  const at = writeVarint((Math.ceil(count / 8) << 1) | 1, target, start);
  return packBits(codes, count, width, target, at);
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

/** Codes one after the other, `width` bits each (at most 24), padded to a multiple of eight codes. */
export function packBits(
  codes: Int32Array | Uint8Array,
  count: number,
  width: number,
  target: Uint8Array,
  start: number,
): number {
  let at = start;
  let waiting = 0;
  let bits = 0;
  for (let index = 0; index < count; index += 1) {
    waiting |= (codes[index] as number) << bits;
    bits += width;
    while (bits >= 8) {
      target[at] = waiting & 0xff;
      at += 1;
      waiting >>>= 8;
      bits -= 8;
    }
  }
  const end = start + Math.ceil(count / 8) * width;
  for (; at < end; at += 1, waiting = 0) target[at] = waiting;
  return end;
}

function allSame(codes: Int32Array | Uint8Array, count: number): boolean {
  const [first] = codes;
  for (let index = 1; index < count; index += 1) if (codes[index] !== first) return false;
  return true;
}
