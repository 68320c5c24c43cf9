import { bitsFor, packCodes, packedBytes } from './bit-packing.ts';
import { ENCODING, type LaidOutValues } from './laid-out-values.ts';
import { MOST_CODES, type PageRoom } from './page-room.ts';

const TWO_TO_31 = 2_147_483_648;
const TWO_TO_32 = 4_294_967_296;

/** The largest size of values packed as steps. */
function deltaBytes(count: number): number {
  return 32 + Math.ceil(count / 128) * (10 + 4 + 128 * 4);
}

/**
 * Scaled integers up to 2^53 as 64-bit integers. Money that changes from row to row is written as packed steps, a third
 * of the bytes, which zstd then hardly has to touch; columns of mostly the same value compress better and faster as
 * they are.
 */
export function layOutDecimals(values: Float64Array, count: number, room: PageRoom): LaidOutValues {
  room.reserve(Math.max(count * 8, deltaBytes(count)));
  if (count === 0) return { encoding: ENCODING.plain, end: room.valuesAt };
  const { packing, valuesAt } = room;
  const at = room.put(values, count);
  packing.scanDecimals(at, count);
  const [min, max] = [packing.smallest.value, packing.largest.value];
  const limits = { min: int64(min), max: int64(max) };
  if (packing.repeats.value * 2 < count && max - min < TWO_TO_31)
    return {
      encoding: ENCODING.deltaBinaryPacked,
      end: packing.packDecimalDeltas(at, count, valuesAt),
      limits,
    };
  packing.writeInt64s(at, count, valuesAt);
  return { encoding: ENCODING.plain, end: valuesAt + count * 8, limits };
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
  const { packing, valuesAt } = room;
  const at = room.put(values, count);
  packing.scanIntegers(at, count);
  const [min, max] = [packing.smallest.value, packing.largest.value];
  const limits = { min: int32(min), max: int32(max) };
  const coded = layOutCodes(count, { min, max }, room, dictionaryRoom);
  if (coded !== undefined) return { ...coded, limits };
  // Codes may have taken the place of the values.
  const end = packing.packIntegerDeltas(room.put(values, count), count, valuesAt);
  return { encoding: ENCODING.deltaBinaryPacked, end, limits };
}

export function layOutBooleans(values: Uint8Array, count: number, room: PageRoom): LaidOutValues {
  room.reserve(count);
  if (count === 0) return { encoding: ENCODING.plain, end: room.valuesAt };
  const { packing, valuesAt } = room;
  const at = room.put(values, count);
  packing.scanIntegers(at, count);
  const limits = { min: Uint8Array.of(packing.smallest.value), max: Uint8Array.of(packing.largest.value) };
  return { encoding: ENCODING.plain, end: packing.packBits(at, count, 1, valuesAt), limits };
}

/** In a narrow range a table finds the code of a value without hashing. Nothing where codes would not pay. */
function layOutCodes(
  count: number,
  range: { readonly min: number; readonly max: number },
  room: PageRoom,
  dictionaryRoom: PageRoom,
): LaidOutValues | undefined {
  if (range.max - range.min >= MOST_CODES) return undefined;
  const at = room.inputAt;
  const dictionary = room.code(count, range);
  const distinct = dictionary.length / 4;
  const width = bitsFor(distinct);
  if (distinct * 4 + packedBytes(count, width) > count * 2) return undefined;
  dictionaryRoom.reserve(dictionary.length);
  dictionaryRoom.bytes.set(dictionary, dictionaryRoom.valuesAt);
  room.bytes[room.valuesAt] = width;
  return {
    encoding: ENCODING.rleDictionary,
    end: packCodes(at, count, width, room, room.valuesAt + 1),
    dictionary: { count: distinct, end: dictionaryRoom.valuesAt + dictionary.length },
  };
}

function int64(value: number): Uint8Array {
  const words = new Int32Array([value | 0, Math.floor(value / TWO_TO_32) | 0]);
  return new Uint8Array(words.buffer);
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
