// Values of one column of a batch, packed as Parquet has them. AssemblyScript: `npm run build:wasm` compiles it, and
// PageRoom lays the memory out. In the language of the rest, each thread would have to compile these loops anew for
// every file, and would run them slowly until then: docs/decisions/speed.md.

const BLOCK = 128;
const MINI_BLOCKS = 4;
const MINI_BLOCK = BLOCK / MINI_BLOCKS;
/** `packBits` takes no more bits than this; wider steps are written as whole words. */
const WIDEST_PACKED: u32 = 24;

const steps = memory.data(BLOCK * 4);

/** Smallest and largest value, and how many values are the same as the one before. */
export let smallest: f64 = 0;
export let largest: f64 = 0;
export let repeats: i32 = 0;

export function scanDecimals(values: usize, count: i32): void {
  let min = load<f64>(values);
  let max = min;
  let last = min;
  let same = 0;
  for (let index = 1; index < count; index += 1) {
    const value = load<f64>(values + (<usize>index << 3));
    min = value < min ? value : min;
    max = value > max ? value : max;
    same += i32(value == last);
    last = value;
  }
  smallest = min;
  largest = max;
  repeats = same;
}

export function scanIntegers(values: usize, count: i32): void {
  let min = load<i32>(values);
  let max = min;
  let last = min;
  let same = 0;
  for (let index = 1; index < count; index += 1) {
    const value = load<i32>(values + (<usize>index << 2));
    min = value < min ? value : min;
    max = value > max ? value : max;
    same += i32(value == last);
    last = value;
  }
  smallest = min;
  largest = max;
  repeats = same;
}

/** As 64-bit integers. */
export function writeInt64s(values: usize, count: i32, target: usize): void {
  for (let index: usize = 0; index < <usize>count; index += 1)
    store<i64>(target + (index << 3), <i64>load<f64>(values + (index << 3)));
}

/**
 * Replaces values by codes in order of first appearance and writes each distinct one to `dictionary`. `codeOf` has room
 * for a code of each number from `min` to `max`, all of them -1. Returns how many there are.
 */
export function codeIntegers(values: usize, count: i32, min: i32, codeOf: usize, dictionary: usize): i32 {
  let distinct = 0;
  for (let index = 0; index < count; index += 1) {
    const at = values + (<usize>index << 2);
    const value = load<i32>(at);
    const slot = codeOf + (<usize>(value - min) << 2);
    let code = load<i32>(slot);
    if (code == -1) {
      code = distinct;
      store<i32>(slot, code);
      store<i32>(dictionary + (<usize>code << 2), value);
      distinct += 1;
    }
    store<i32>(at, code);
  }
  return distinct;
}

/** Codes one after the other, `width` bits each (at most 24), padded to a multiple of eight codes. Returns the end. */
export function packBits(codes: usize, count: i32, width: u32, target: usize): usize {
  const end = target + <usize>((count + 7) >> 3) * width;
  let at = target;
  let waiting: u64 = 0;
  let bits: u32 = 0;
  for (let index = 0; index < count; index += 1) {
    waiting |= <u64>load<u32>(codes + (<usize>index << 2)) << bits;
    bits += width;
    if (bits >= 32) {
      store<u32>(at, <u32>waiting);
      at += 4;
      waiting >>= 32;
      bits -= 32;
    }
  }
  while (at < end) {
    store<u8>(at, <u8>waiting);
    at += 1;
    waiting >>= 8;
  }
  return end;
}

/** An unsigned number, seven bits to a byte, the lowest first. Returns the end. */
function writeVarint(value: u64, target: usize): usize {
  let at = target;
  let rest = value;
  while (rest >= 128) {
    store<u8>(at, <u8>(rest & 127) | 128);
    at += 1;
    rest >>= 7;
  }
  store<u8>(at, <u8>rest);
  return at + 1;
}

/** Signed: small numbers take few bytes, whatever their sign. */
function writeZigzag(value: i64, target: usize): usize {
  return writeVarint(<u64>((value << 1) ^ (value >> 63)), target);
}

/**
 * Parquet's DELTA_BINARY_PACKED: the first value, then the steps from value to value in as few bits as each 32 of them
 * need. Record numbers take next to nothing so. Steps must fit 32 bits. Returns the end.
 */
export function packDecimalDeltas(values: usize, count: i32, target: usize): usize {
  let at = beginDeltas(count, target);
  let last = <i64>load<f64>(values);
  at = writeZigzag(count == 0 ? 0 : last, at);
  for (let first = 1; first < count; first += BLOCK) {
    const size = min(BLOCK, count - first);
    let least = i32.MAX_VALUE;
    for (let index = 0; index < size; index += 1) {
      const value = <i64>load<f64>(values + (<usize>(first + index) << 3));
      const step = <i32>(value - last);
      store<i32>(steps + (<usize>index << 2), step);
      least = min(least, step);
      last = value;
    }
    at = packBlock(size, least, at);
  }
  return at;
}

export function packIntegerDeltas(values: usize, count: i32, target: usize): usize {
  let at = beginDeltas(count, target);
  let last = load<i32>(values);
  at = writeZigzag(count == 0 ? 0 : last, at);
  for (let first = 1; first < count; first += BLOCK) {
    const size = min(BLOCK, count - first);
    let least = i32.MAX_VALUE;
    for (let index = 0; index < size; index += 1) {
      const value = load<i32>(values + (<usize>(first + index) << 2));
      const step = value - last;
      store<i32>(steps + (<usize>index << 2), step);
      least = min(least, step);
      last = value;
    }
    at = packBlock(size, least, at);
  }
  return at;
}

function beginDeltas(count: i32, target: usize): usize {
  return writeVarint(count, writeVarint(MINI_BLOCKS, writeVarint(BLOCK, target)));
}

/** The smallest step, the widths of the mini blocks, then those that hold anything beyond it. */
function packBlock(size: i32, least: i32, target: usize): usize {
  for (let index = 0; index < size; index += 1) {
    const at = steps + (<usize>index << 2);
    store<i32>(at, load<i32>(at) - least);
  }
  memory.fill(steps + (<usize>size << 2), 0, <usize>(BLOCK - size) << 2);
  const widths = writeZigzag(least, target);
  let at = widths + MINI_BLOCKS;
  for (let mini = 0; mini < MINI_BLOCKS; mini += 1) {
    const from = mini * MINI_BLOCK;
    const width = from < size ? widthOf(from) : 0;
    store<u8>(widths + mini, <u8>width);
    const first = steps + (<usize>from << 2);
    if (width == 32) {
      memory.copy(at, first, MINI_BLOCK * 4);
      at += MINI_BLOCK * 4;
    } else if (width > 0) {
      at = packBits(first, MINI_BLOCK, width, at);
    }
  }
  return at;
}

function widthOf(from: i32): u32 {
  let used: u32 = 0;
  for (let index = from; index < from + MINI_BLOCK; index += 1) used |= load<u32>(steps + (<usize>index << 2));
  const width: u32 = 32 - <u32>clz(used);
  return width > WIDEST_PACKED ? 32 : width;
}
