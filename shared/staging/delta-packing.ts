import { packBits } from './bit-packing.ts';
import { writeVarint, writeZigzag } from './varint.ts';

const BLOCK = 128;
const MINI_BLOCKS = 4;
const MINI_BLOCK = BLOCK / MINI_BLOCKS;
/** `packBits` takes no more bits than this; wider steps are written as whole words. */
const WIDEST_PACKED = 24;

const steps = new Int32Array(BLOCK);

/** The largest size of `packDeltas` for so many values. */
export function deltaBytes(count: number): number {
  return 32 + Math.ceil(count / BLOCK) * (10 + MINI_BLOCKS + BLOCK * 4);
}

/**
 * Parquet's DELTA_BINARY_PACKED: the first value, then the steps from value to value in as few bits as each 32 of them
 * need. Record numbers take next to nothing so. Steps must fit 32 bits. Returns the end.
 */
export function packDeltas(
  values: Int32Array | Float64Array,
  count: number,
  target: Uint8Array,
  start: number,
): number {
  let at = start;
  for (const header of [BLOCK, MINI_BLOCKS, count]) at = writeVarint(header, target, at);
  let last = values[0] ?? 0;
  at = writeZigzag(last, target, at);
  for (let first = 1; first < count; first += BLOCK) {
    const size = Math.min(BLOCK, count - first);
    let smallest = 0x7fff_ffff;
    for (let index = 0; index < size; index += 1) {
      const value = values[first + index] as number;
      const step = (value - last) | 0;
      steps[index] = step;
      if (step < smallest) smallest = step;
      last = value;
    }
    for (let index = 0; index < size; index += 1) steps[index] = (steps[index] as number) - smallest;
    steps.fill(0, size);
    at = packBlock(size, target, writeZigzag(smallest, target, at));
  }
  return at;
}

/** The widths of the mini blocks, then those that hold a value. */
function packBlock(size: number, target: Uint8Array, start: number): number {
  let at = start + MINI_BLOCKS;
  for (let mini = 0; mini < MINI_BLOCKS; mini += 1) {
    const from = mini * MINI_BLOCK;
    const width = from < size ? widthOf(from) : 0;
    target[start + mini] = width;
    if (width === 32) at = writeWords(from, target, at);
    else if (width > 0) at = packBits(steps.subarray(from, from + MINI_BLOCK), MINI_BLOCK, width, target, at);
  }
  return at;
}

function widthOf(from: number): number {
  let used = 0;
  for (let index = from; index < from + MINI_BLOCK; index += 1) used |= steps[index] as number;
  const width = 32 - Math.clz32(used);
  return width > WIDEST_PACKED ? 32 : width;
}

function writeWords(from: number, target: Uint8Array, start: number): number {
  let at = start;
  for (let index = from; index < from + MINI_BLOCK; index += 1, at += 4) {
    const word = steps[index] as number;
    target[at] = word;
    target[at + 1] = word >>> 8;
    target[at + 2] = word >>> 16;
    target[at + 3] = word >>> 24;
  }
  return at;
}
