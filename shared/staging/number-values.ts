import { bitsFor, packBits, packCodes, packedBytes } from './bit-packing.ts';
import { deltaBytes, packDeltas } from './delta-packing.ts';
import { ENCODING, type LaidOutValues } from './laid-out-values.ts';
import type { PageRoom } from './page-room.ts';

const TWO_TO_31 = 2_147_483_648;
const TWO_TO_32 = 4_294_967_296;

/**
 * Scaled integers up to 2^53 as 64-bit integers. Money that changes from row to row is written as packed steps, a third
 * of the bytes, which zstd then hardly has to touch; columns of mostly the same value compress better and faster as
 * they are.
 */
export function layOutDecimals(values: Float64Array, count: number, room: PageRoom): LaidOutValues {
  room.reserve(Math.max(count * 8, deltaBytes(count)));
  if (count === 0) return { encoding: ENCODING.plain, end: room.valuesAt };
  let min = values[0] as number;
  let max = min;
  let last = min;
  let repeats = 0;
  for (let index = 1; index < count; index += 1) {
    const value = values[index] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === last) repeats += 1;
    last = value;
  }
  const limits = { min: int64(min), max: int64(max) };
  if (repeats * 2 < count && max - min < TWO_TO_31) {
    const end = packDeltas(values, count, room.bytes, room.valuesAt);
    return { encoding: ENCODING.deltaBinaryPacked, end, limits };
  }
  writeInt64s(values, count, room);
  return { encoding: ENCODING.plain, end: room.valuesAt + count * 8, limits };
}

/** Integers and days: codes into a dictionary where there are few distinct ones, else packed steps. */
export function layOutIntegers(
  values: Int32Array,
  count: number,
  room: PageRoom,
  dictionaryRoom: PageRoom,
): LaidOutValues {
  room.reserve(deltaBytes(count));
  if (count === 0) return { encoding: ENCODING.plain, end: room.valuesAt };
  let min = values[0] as number;
  let max = min;
  for (let index = 1; index < count; index += 1) {
    const value = values[index] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const limits = { min: int32(min), max: int32(max) };
  const coded = layOutCodes(values, count, { min, max }, room, dictionaryRoom);
  if (coded !== undefined) return { ...coded, limits };
  const end = packDeltas(values, count, room.bytes, room.valuesAt);
  return { encoding: ENCODING.deltaBinaryPacked, end, limits };
}

export function layOutBooleans(values: Uint8Array, count: number, room: PageRoom): LaidOutValues {
  room.reserve(count);
  const end = packBits(values, count, 1, room.bytes, room.valuesAt);
  if (count === 0) return { encoding: ENCODING.plain, end };
  const dense = values.subarray(0, count);
  const limits = {
    min: Uint8Array.of(dense.includes(0) ? 0 : 1),
    max: Uint8Array.of(dense.includes(1) ? 1 : 0),
  };
  return { encoding: ENCODING.plain, end, limits };
}

/** More distinct values than this hardly pay, and the table of codes stays in the processor's cache. */
const WIDEST_RANGE = 16_384;
const codeOf = new Int32Array(WIDEST_RANGE);

/** In a narrow range a table finds the code of a value without hashing. Nothing where codes would not pay. */
function layOutCodes(
  values: Int32Array,
  count: number,
  { min, max }: { min: number; max: number },
  room: PageRoom,
  dictionaryRoom: PageRoom,
): LaidOutValues | undefined {
  if (max - min >= WIDEST_RANGE) return undefined;
  codeOf.fill(-1, 0, max - min + 1);
  dictionaryRoom.reserve((max - min + 1) * 4);
  const dictionary = dictionaryRoom.words.subarray(dictionaryRoom.valuesAt / 4);
  const codes = new Int32Array(count);
  let distinct = 0;
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    let code = codeOf[value - min] as number;
    if (code === -1) {
      code = distinct;
      codeOf[value - min] = code;
      dictionary[code] = value;
      distinct += 1;
    }
    codes[index] = code;
  }
  const width = bitsFor(distinct);
  if (distinct * 4 + packedBytes(count, width) > count * 2) return undefined;
  room.reserve(1 + packedBytes(count, width));
  room.bytes[room.valuesAt] = width;
  return {
    encoding: ENCODING.rleDictionary,
    end: packCodes(codes, count, width, room.bytes, room.valuesAt + 1),
    dictionary: { count: distinct, end: dictionaryRoom.valuesAt + distinct * 4 },
  };
}

/** Two words of 32 bits each: the lower one first. */
function writeInt64s(values: Float64Array, count: number, { words, valuesAt }: PageRoom): void {
  for (let index = 0, at = valuesAt / 4; index < count; index += 1, at += 2) {
    const value = values[index] as number;
    words[at] = value | 0;
    words[at + 1] = Math.floor(value / TWO_TO_32);
  }
}

function int64(value: number): Uint8Array {
  const words = new Int32Array([value | 0, Math.floor(value / TWO_TO_32) | 0]);
  return new Uint8Array(words.buffer);
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
