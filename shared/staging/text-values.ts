import type { TextDictionary } from '../decode/text-table.ts';
import { bitsFor, packCodes, packedBytes } from './bit-packing.ts';
import { ENCODING, type LaidOutValues } from './laid-out-values.ts';
import type { PageRoom } from './page-room.ts';

/** Longer texts are no use as limits, and would swell the footer. */
const LONGEST_LIMIT = 64;

/** Texts as codes into their dictionary, or one after the other where nearly all of them are distinct. */
export function layOutTexts(
  codes: Int32Array,
  count: number,
  texts: TextDictionary,
  room: PageRoom,
  dictionaryRoom: PageRoom,
): LaidOutValues {
  if (count === 0) return { encoding: ENCODING.plain, end: room.valuesAt };
  const distinct = texts.ends.length;
  const width = bitsFor(distinct);
  const plainBytes = sizeOf(codes, count, texts);
  const dictionaryBytes = distinct * 4 + (texts.ends[distinct - 1] ?? 0);
  const limits = limitsOf(texts);
  if (dictionaryBytes + packedBytes(count, width) >= plainBytes) {
    room.reserve(plainBytes);
    return { encoding: ENCODING.plain, end: writeTexts(codes, count, texts, room), ...limits };
  }
  dictionaryRoom.reserve(dictionaryBytes);
  const dictionary = { count: distinct, end: writeTexts(undefined, distinct, texts, dictionaryRoom) };
  room.reserve(1 + packedBytes(count, width));
  room.bytes[room.valuesAt] = width;
  const end = packCodes(room.put(codes, count), count, width, room, room.valuesAt + 1);
  return { encoding: ENCODING.rleDictionary, end, dictionary, ...limits };
}

/** Size of all texts, each after its length in four bytes. */
function sizeOf(codes: Int32Array, count: number, { ends }: TextDictionary): number {
  let size = count * 4;
  for (let index = 0; index < count; index += 1) {
    const code = codes[index] as number;
    size += (ends[code] as number) - (code === 0 ? 0 : (ends[code - 1] as number));
  }
  return size;
}

/** The texts with these codes, or each text of the dictionary once. Returns the end. */
function writeTexts(
  codes: Int32Array | undefined,
  count: number,
  { bytes, ends }: TextDictionary,
  room: PageRoom,
): number {
  const target = room.bytes;
  let at = room.valuesAt;
  for (let index = 0; index < count; index += 1) {
    const code = codes === undefined ? index : (codes[index] as number);
    const end = ends[code] as number;
    let from = code === 0 ? 0 : (ends[code - 1] as number);
    const length = end - from;
    target[at] = length;
    target[at + 1] = length >>> 8;
    target[at + 2] = length >>> 16;
    target[at + 3] = length >>> 24;
    at += 4;
    // Short texts are copied faster than a call for each of them takes.
    if (length > 64) {
      target.set(bytes.subarray(from, end), at);
      at += length;
    } else for (; from < end; from += 1, at += 1) target[at] = bytes[from] as number;
  }
  return at;
}

/** The first and the last text in the order of their bytes. Every text of a dictionary is in some row. */
function limitsOf(texts: TextDictionary): Pick<LaidOutValues, 'limits'> {
  let min = 0;
  let max = 0;
  for (let code = 1; code < texts.ends.length; code += 1) {
    if (isBefore(texts, code, min)) min = code;
    else if (isBefore(texts, max, code)) max = code;
  }
  const limits = { min: bytesOf(texts, min), max: bytesOf(texts, max) };
  return limits.min.length > LONGEST_LIMIT || limits.max.length > LONGEST_LIMIT ? {} : { limits };
}

function isBefore({ bytes, ends }: TextDictionary, one: number, other: number): boolean {
  const oneEnd = ends[one] as number;
  const otherEnd = ends[other] as number;
  let left = one === 0 ? 0 : (ends[one - 1] as number);
  let right = other === 0 ? 0 : (ends[other - 1] as number);
  while (left < oneEnd && right < otherEnd) {
    const step = (bytes[left] as number) - (bytes[right] as number);
    if (step !== 0) return step < 0;
    left += 1;
    right += 1;
  }
  return left === oneEnd && right < otherEnd;
}

function bytesOf({ bytes, ends }: TextDictionary, code: number): Uint8Array {
  return Uint8Array.from(bytes.subarray(code === 0 ? 0 : ends[code - 1], ends[code]));
}
