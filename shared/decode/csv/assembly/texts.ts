// The distinct texts of the columns of a batch. PlainTexts lays each of them out.

/** Distinct texts of one column with their codes, in order of first appearance. Same order and sizes as in plain-texts.ts. */
@unmanaged
export class Texts {
  count: i32;
  /** The code that was given last. */
  last: i32;
  /** Open addressing: code + 1, or 0 for a free slot. */
  slots: usize;
  slotMask: i32;
  /** One for each code. */
  entries: usize;
  /** Bytes of all of them. */
  byteLength: i32;
  /** There is room for so many. */
  most: i32;
}

/** Together, since what is looked at is rarely near the processor. */
@unmanaged
class Entry {
  start: i32;
  end: i32;
  hash: i32;
  spare: i32;
}

const ENTRY_BYTES: usize = 16;

/** Texts of all columns lie one behind the other; here the next one begins. */
export let textsEnd: usize = 0;

/** Secret, 32 words of 32 bits: nobody can make texts of which all have one hash. */
let keys: usize = 0;

export function beginTexts(textsAt: usize, keysAt: usize): void {
  textsEnd = textsAt;
  keys = keysAt;
}

/** The code of the text of so many bytes at `start`, which may be the one that `textsEnd` is at. */
export function codeOf(texts: Texts, start: usize, length: i32): i32 {
  // Snapshots list the same texts in the same order, one time after the other.
  const next = texts.last + 1;
  if (next < texts.count && isText(texts, next, start, length)) {
    texts.last = next;
    return next;
  }
  const hash = hashOf(start, length);
  let slot = hash & texts.slotMask;
  let code = load<i32>(texts.slots + (<usize>slot << 2)) - 1;
  while (code != -1) {
    if (entryOf(texts, code).hash == hash && isText(texts, code, start, length)) {
      texts.last = code;
      return code;
    }
    slot = (slot + 1) & texts.slotMask;
    code = load<i32>(texts.slots + (<usize>slot << 2)) - 1;
  }
  code = texts.count;
  if (code == texts.most) unreachable();
  store<i32>(texts.slots + (<usize>slot << 2), code + 1);
  const entry = entryOf(texts, code);
  entry.start = <i32>textsEnd;
  copyText(textsEnd, start, length);
  textsEnd += length;
  entry.end = <i32>textsEnd;
  entry.hash = hash;
  texts.byteLength += length;
  texts.count = code + 1;
  texts.last = code;
  return code;
}

@inline
function entryOf(texts: Texts, code: i32): Entry {
  return changetype<Entry>(texts.entries + <usize>code * ENTRY_BYTES);
}

/** Eight bytes at a time; what is written beyond the text is overwritten by the next one. */
@inline
function copyText(target: usize, start: usize, length: i32): void {
  if (target == start) return;
  for (let at = 0; at < length; at += 8) store<u64>(target + at, load<u64>(start + at));
}

/** The first `count` bytes, 1 to 8, of eight. */
@inline
function firstBytes(word: u64, count: i32): u64 {
  return word & (<u64>-1 >> (64 - (count << 3)));
}

@inline
function isText(texts: Texts, code: i32, start: usize, length: i32): bool {
  const entry = entryOf(texts, code);
  const own: usize = entry.start;
  if (entry.end - entry.start != length) return false;
  let at = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(own + at) != load<u64>(start + at)) return false;
  return at == length || firstBytes(load<u64>(own + at) ^ load<u64>(start + at), length - at) == 0;
}

/** NH over halves of eight bytes each, with keys that differ for the first 128 bytes. */
@inline
function hashOf(start: usize, length: i32): i32 {
  let hash: u64 = <u64>load<u32>(keys) ^ length;
  let at = 0;
  let key: usize = 0;
  for (; at + 8 <= length; at += 8) {
    hash = rotl<u64>(hash, 13) + productOf(load<u64>(start + at), key);
    key = (key + 8) & 127;
  }
  if (at < length) hash = rotl<u64>(hash, 13) + productOf(firstBytes(load<u64>(start + at), length - at), key);
  hash ^= hash >> 32;
  return <i32>hash ^ (<i32>hash >>> 15);
}

@inline
function productOf(word: u64, key: usize): u64 {
  const low: u32 = <u32>word + load<u32>(keys + key);
  const high: u32 = <u32>(word >> 32) + load<u32>(keys + key + 4);
  return <u64>low * <u64>high;
}

/**
 * The dictionary without the texts of rows that were not kept, in order of first appearance, to `target`, and where each
 * text ends in it to `ends`; `values` are recoded to it. So equal rows have equal dictionaries, whatever stood between
 * them. `kept` has room for a number of each text. Returns how many there are, and leaves the texts empty.
 */
export function takeUsed(
  texts: Texts,
  values: usize,
  nulls: usize,
  rows: i32,
  kept: usize,
  ends: usize,
  target: usize,
): i32 {
  memory.fill(kept, 0xff, <usize>texts.count << 2);
  let count = 0;
  let at = target;
  for (let row = 0; row < rows; row += 1) {
    if (load<u8>(nulls + row) != 0) continue;
    const value = values + (<usize>row << 2);
    const before = load<i32>(value);
    let code = load<i32>(kept + (<usize>before << 2));
    if (code == -1) {
      code = count;
      store<i32>(kept + (<usize>before << 2), code);
      const entry = entryOf(texts, before);
      const start: usize = entry.start;
      const length = entry.end - entry.start;
      copyText(at, start, length);
      at += length;
      store<i32>(ends + (<usize>code << 2), <i32>(at - target));
      count += 1;
    }
    store<i32>(value, code);
  }
  memory.fill(texts.slots, 0, <usize>(texts.slotMask + 1) << 2);
  texts.count = 0;
  texts.last = -1;
  texts.byteLength = 0;
  return count;
}
