// Plain records: all cells in the form that nearly all cells have, and no row rule broken. Reads as many of them as come
// one after the other and stops before the first record that is anything else, which RecordDecoder reads then: so nothing
// here has to be right about odd records, only about which ones are not. Eight bytes at a time instead of one, and without
// a call for each cell: docs/decisions/speed.md has the figures.
//
// AssemblyScript: `npm run build:wasm` compiles it. PlainRecords lays the memory out.

/** One position of a record. Same order and sizes as PLAN in plain-records.ts. */
@unmanaged
class Plan {
  kind: i32;
  /** Of the contract; -1 where it has none. */
  column: i32;
  /** An empty cell is no value. */
  isEmptyNull: i32;
  /** Of the column: f64 for decimals, else i32. */
  values: usize;
  nulls: usize;
  /** The texts of the column. */
  texts: usize;
  scale: i32;
  decimalMark: i32;
  mostTextBytes: i32;
  words: usize;
  wordCount: i32;
  spare: i32;
  /** Inclusive, in units of the scale or in days. */
  min: i64;
  max: i64;
  /** The last date and its day: dates repeat. */
  dateStart: u64;
  dateEnd: i32;
  day: i32;
}

@unmanaged
class Word {
  /** Its first eight bytes and the next ones, zero beyond its end, and ones where it has bytes. */
  low: u64;
  lowMask: u64;
  high: u64;
  highMask: u64;
  bytes: i32;
  /** In the texts of the part under way; -1 until it comes. */
  code: i32;
}

/** Distinct texts of one column with their codes, in order of first appearance. Same order and sizes as in plain-texts.ts. */
@unmanaged
class Texts {
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

@unmanaged
class Rule {
  kind: i32;
  /** Cells that it looks at. */
  count: i32;
  within: f64;
  cells: usize;
}

@unmanaged
class RuleCell {
  values: usize;
  nulls: usize;
  isDecimal: i32;
}

const PLAN_BYTES: usize = 80;
const WORD_BYTES: usize = 40;
const RULE_BYTES: usize = 24;
const RULE_CELL_BYTES: usize = 12;
const ENTRY_BYTES: usize = 16;

const DECIMAL = 1;
const INTEGER = 2;
const DATE = 3;
const BOOLEAN = 4;
const TEXT = 5;
const WORD = 6;

const DESCENDING = 0;
const ZERO_WHEN = 1;
const PRESENT_WHEN_POSITIVE = 2;
const ADDS_UP = 3;
const AT_MOST = 4;

const LINE_FEED: u32 = 10;
const CARRIAGE_RETURN: u32 = 13;
const QUOTE: u32 = 34;
const MINUS: u32 = 45;
const ZERO: u32 = 48;

/** In place of where a cell ends. */
const NOT_PLAIN: usize = 0;

const EXACT_DIGITS = 15;
const POWERS_OF_TEN = memory.data<i64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
  1000000000000, 10000000000000, 100000000000000, 1000000000000000,
]);
const DAYS_IN_MONTH = memory.data<u8>([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);

let plans: usize = 0;
let width: i32 = 0;
let rules: usize = 0;
let ruleCount: i32 = 0;
let delimiter: u32 = 0;
let longestNullWord: usize = 0;
/** Where each cell of the record under way begins, and the columns of those that are not plain. */
let starts: usize = 0;
let unread: usize = 0;

/** Where the bytes at hand end. */
let inputEnd: usize = 0;

/** Where the last plain record ends. */
let recordEnd: usize = 0;

/**
 * The record behind the last plain one has been read as well: it has as many cells as it should, of which so many are
 * not plain, or it breaks a rule. -1 when it has to be read otherwise.
 */
let unreadCells: i32 = -1;
let oddStart: usize = 0;
let oddEnd: usize = 0;

/** Where those four are left to be looked at, 32 bits each: an exported number takes a call. */
const FOUND: usize = 64;

/** Texts of all columns lie one behind the other; here the next one begins. */
export let textsEnd: usize = 0;

/** Secret, 32 words of 32 bits: nobody can make texts of which all have one hash. */
let keys: usize = 0;

export function beginTexts(textsAt: usize, keysAt: usize): void {
  textsEnd = textsAt;
  keys = keysAt;
}

export function begin(
  plansAt: usize,
  cells: i32,
  rulesAt: usize,
  ruleTotal: i32,
  delimiterByte: u32,
  nullWordBytes: usize,
  startsAt: usize,
  unreadAt: usize,
): void {
  plans = plansAt;
  width = cells;
  rules = rulesAt;
  ruleCount = ruleTotal;
  delimiter = delimiterByte;
  longestNullWord = nullWordBytes;
  starts = startsAt;
  unread = unreadAt;
}

/**
 * Reads plain records from `from` on into the rows from `firstRow` on. `end` is where the bytes end; a line feed stands
 * there, and 32 bytes follow it. Returns how many were read.
 */
export function read(from: usize, end: usize, firstRow: i32, mostRows: i32): i32 {
  const count = readRecords(from, end, firstRow, mostRows);
  store<i32>(FOUND, <i32>recordEnd);
  store<i32>(FOUND + 4, unreadCells);
  store<i32>(FOUND + 8, <i32>oddStart);
  store<i32>(FOUND + 12, <i32>oddEnd);
  return count;
}

function readRecords(from: usize, end: usize, firstRow: i32, mostRows: i32): i32 {
  let row = firstRow;
  const lastRow = firstRow + mostRows;
  const plansEnd = plans + <usize>width * PLAN_BYTES;
  let at = from;
  inputEnd = end;
  unreadCells = -1;
  while (row < lastRow) {
    const start = at;
    let plan = plans;
    let startOfCell = starts;
    let oddCells = 0;
    let byte: u32 = 0;
    do {
      store<i32>(startOfCell, <i32>at);
      startOfCell += 4;
      let cellEnd = readCell(changetype<Plan>(plan), at, row);
      byte = cellEnd == NOT_PLAIN ? 0 : load<u8>(cellEnd);
      if (byte != delimiter && byte != LINE_FEED && byte != CARRIAGE_RETURN) {
        cellEnd = textEnd(at);
        byte = load<u8>(cellEnd);
        // What quotation marks mean is for others to say.
        if (byte == QUOTE) return row - firstRow;
        const column = changetype<Plan>(plan).column;
        if (column != -1) {
          store<i32>(unread + (<usize>oddCells << 2), column);
          oddCells += 1;
        }
      }
      plan += PLAN_BYTES;
      at = cellEnd;
      if (byte != delimiter) break;
      at += 1;
    } while (plan < plansEnd);
    if (plan != plansEnd || byte == delimiter || at >= end) break;
    if (oddCells > 0 || !keepsRules(row)) {
      store<i32>(startOfCell, <i32>at + 1);
      unreadCells = oddCells;
      oddStart = start;
      oddEnd = at;
      break;
    }
    recordEnd = at;
    row += 1;
    at += 1;
    if (byte == CARRIAGE_RETURN && load<u8>(at) == LINE_FEED) at += 1;
    if (at >= end) break;
    // Blank lines are counted elsewhere.
    const next: u32 = load<u8>(at);
    if (next == LINE_FEED || next == CARRIAGE_RETURN) break;
  }
  return row - firstRow;
}

/** Returns where the cell ends. */
function readCell(plan: Plan, start: usize, row: i32): usize {
  const first: u32 = load<u8>(start);
  if (first == QUOTE) return readQuoted(plan, start + 1, row);
  if (first == delimiter || first == LINE_FEED || first == CARRIAGE_RETURN) return takeEmpty(plan, start, row);
  switch (plan.kind) {
    case DECIMAL:
      return readDecimal(plan, start, row);
    case INTEGER:
      return readInteger(plan, start, row);
    case DATE:
      return readDate(plan, start, row);
    case BOOLEAN:
      return readBoolean(plan, start, row);
    case WORD:
      return readWord(plan, start, row);
    default: {
      const end = textEnd(start);
      if (load<u8>(end) == QUOTE) return NOT_PLAIN;
      return plan.kind == TEXT ? takeText(plan, start, end, row) : end;
    }
  }
}

/** Without quotation marks or line ends inside. */
function readQuoted(plan: Plan, start: usize, row: i32): usize {
  let end: usize;
  if (load<u8>(start) == QUOTE) {
    end = takeEmpty(plan, start, row);
  } else {
    switch (plan.kind) {
      case DECIMAL:
        end = readDecimal(plan, start, row);
        break;
      case INTEGER:
        end = readInteger(plan, start, row);
        break;
      case DATE:
        end = readDate(plan, start, row);
        break;
      case BOOLEAN:
        end = readBoolean(plan, start, row);
        break;
      case WORD:
        end = readWord(plan, start, row);
        break;
      default:
        end = quotedEnd(start);
        if (plan.kind == TEXT) end = endsQuoted(end) ? takeText(plan, start, end, row) : NOT_PLAIN;
    }
  }
  return end != NOT_PLAIN && load<u8>(end) == QUOTE ? end + 1 : NOT_PLAIN;
}

function takeEmpty(plan: Plan, at: usize, row: i32): usize {
  if (!plan.isEmptyNull) return NOT_PLAIN;
  if (plan.kind == DECIMAL) store<f64>(plan.values + (<usize>row << 3), 0);
  else if (plan.kind != 0) store<i32>(plan.values + (<usize>row << 2), 0);
  if (plan.kind != 0) store<u8>(plan.nulls + row, 1);
  return at;
}

@inline
function takeInteger(plan: Plan, value: i32, row: i32): void {
  store<i32>(plan.values + (<usize>row << 2), value);
  store<u8>(plan.nulls + row, 0);
}

/** Eight bytes less the digit zero each. */
@inline
function digitsAt(at: usize): u64 {
  return load<u64>(at) ^ 0x3030303030303030;
}

/** How many of the eight are digits, from the first on. */
@inline
function digitCount(digits: u64): i32 {
  const others = ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
  return <i32>(ctz(others) >> 3);
}

/** The number that the first `count` of them are: 1 to 8. */
@inline
function numberOf(digits: u64, count: i32): i64 {
  const right = digits << (64 - (count << 3));
  const pairs = ((right & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  const fours = ((pairs & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return <i64>(((fours & 0x0000ffff0000ffff) * 42949672960001) >> 32);
}

@inline
function powerOfTen(exponent: i32): i64 {
  return load<i64>(POWERS_OF_TEN + (<usize>exponent << 3));
}

@inline
function readDecimal(plan: Plan, start: usize, row: i32): usize {
  const isNegative = load<u8>(start) == MINUS;
  let at = start + <usize>isNegative;
  const digits = digitsAt(at);
  let whole = digitCount(digits);
  if (whole == 0) return NOT_PLAIN;
  let units = numberOf(digits, whole);
  if (whole == 8) {
    const more = digitsAt(at + 8);
    const count = digitCount(more);
    if (count > 0) {
      if (count == 8) return NOT_PLAIN;
      units = units * powerOfTen(count) + numberOf(more, count);
      whole += count;
    }
  }
  const scale = plan.scale;
  if (whole + scale > EXACT_DIGITS) return NOT_PLAIN;
  at += whole;
  let missing = scale;
  if (load<u8>(at) == plan.decimalMark) {
    const fraction = digitsAt(at + 1);
    const count = digitCount(fraction);
    // A ninth digit would not be seen.
    if (count == 0 || count == 8 || count > scale) return NOT_PLAIN;
    units = units * powerOfTen(count) + numberOf(fraction, count);
    missing -= count;
    at += 1 + count;
  }
  units *= powerOfTen(missing);
  if (isNegative) units = -units;
  if (units < plan.min || units > plan.max) return NOT_PLAIN;
  store<f64>(plan.values + (<usize>row << 3), <f64>units);
  store<u8>(plan.nulls + row, 0);
  return at;
}

@inline
function readInteger(plan: Plan, start: usize, row: i32): usize {
  const isNegative = load<u8>(start) == MINUS;
  const at = start + <usize>isNegative;
  const digits = digitsAt(at);
  const count = digitCount(digits);
  if (count == 0 || count == 8) return NOT_PLAIN;
  let value = numberOf(digits, count);
  if (isNegative) value = -value;
  if (value < plan.min || value > plan.max) return NOT_PLAIN;
  takeInteger(plan, <i32>value, row);
  return at + count;
}

/** `2025-12-10`, a day of the calendar. */
@inline
function readDate(plan: Plan, start: usize, row: i32): usize {
  const dateStart = load<u64>(start);
  const dateEnd: i32 = load<u16>(start + 8);
  if (dateStart != plan.dateStart || dateEnd != plan.dateEnd) {
    const day = epochDayAt(start);
    if (<i64>day < plan.min || <i64>day > plan.max) return NOT_PLAIN;
    plan.dateStart = dateStart;
    plan.dateEnd = dateEnd;
    plan.day = day;
  }
  takeInteger(plan, plan.day, row);
  return start + 10;
}

/** Before all days that a plan allows. */
const NO_DAY: i32 = i32.MIN_VALUE;

function epochDayAt(start: usize): i32 {
  const year = twoDigits(start) * 100 + twoDigits(start + 2);
  const month = twoDigits(start + 5);
  const day = twoDigits(start + 8);
  if (year < 1 || load<u8>(start + 4) != MINUS || load<u8>(start + 7) != MINUS) return NO_DAY;
  if (month < 1 || month > 12) return NO_DAY;
  const isLeap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
  const days: i32 = month == 2 && isLeap ? 29 : <i32>load<u8>(DAYS_IN_MONTH + month);
  if (day < 1 || day > days) return NO_DAY;
  // The year begins in March, so that the leap day is its last day.
  const years = month > 2 ? year : year - 1;
  const months = month > 2 ? month - 3 : month + 9;
  const centuries = years / 100;
  const leapDays = (years >> 2) - centuries + (centuries >> 2);
  return years * 365 + leapDays + (153 * months + 2) / 5 + day - 719469;
}

/** Far below zero when one of them is no digit. */
@inline
function twoDigits(at: usize): i32 {
  const tens: u32 = <u32>load<u8>(at) - ZERO;
  const ones: u32 = <u32>load<u8>(at + 1) - ZERO;
  return tens <= 9 && ones <= 9 ? <i32>(tens * 10 + ones) : -100000;
}

@inline
function readBoolean(plan: Plan, start: usize, row: i32): usize {
  const word = load<u32>(start);
  if (word == 0x65757274) {
    takeInteger(plan, 1, row);
    return start + 4;
  }
  if (word == 0x736c6166 && load<u8>(start + 4) == 0x65) {
    takeInteger(plan, 0, row);
    return start + 5;
  }
  return NOT_PLAIN;
}

/** One of the allowed words, exactly. What follows it is for the caller to see. */
@inline
function readWord(plan: Plan, start: usize, row: i32): usize {
  const low = load<u64>(start);
  const high = load<u64>(start + 8);
  let found = plan.words;
  for (let index = 0; index < plan.wordCount; index += 1) {
    const word = changetype<Word>(found);
    if ((low & word.lowMask) == word.low && (high & word.highMask) == word.high) {
      const end = start + <usize>word.bytes;
      const byte: u32 = load<u8>(end);
      if (byte == delimiter || byte == LINE_FEED || byte == CARRIAGE_RETURN || byte == QUOTE) {
        if (word.code == -1) word.code = codeOf(changetype<Texts>(plan.texts), start, word.bytes);
        takeInteger(plan, word.code, row);
        return end;
      }
    }
    found += WORD_BYTES;
  }
  return NOT_PLAIN;
}

/** A bit for each of 16 bytes that is a delimiter, a line end or a quotation mark. */
@inline
function endsAmong(at: usize): i32 {
  const bytes = v128.load(at);
  const cells = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>delimiter)), i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)));
  const lines = v128.or(
    i8x16.eq(bytes, i8x16.splat(<i8>LINE_FEED)),
    i8x16.eq(bytes, i8x16.splat(<i8>CARRIAGE_RETURN)),
  );
  return i8x16.bitmask(v128.or(cells, lines));
}

/** The first delimiter, line end or quotation mark from `start` on. */
@inline
function textEnd(start: usize): usize {
  let at = start;
  let mask = endsAmong(at);
  while (mask == 0) {
    at += 16;
    mask = endsAmong(at);
  }
  return at + <usize>ctz(mask);
}

/** Lines that `skipLines` has counted. */
export let lines: i32 = 0;

/**
 * Counts lines, 16 bytes at a time, up to before the block with an empty line or the one in which they could become
 * `most`. There are neither quotation marks nor carriage returns from `from` to `end`; `isAtLineStart` says that a line
 * begins there. Returns where it stopped.
 */
export function skipLines(from: usize, end: usize, isAtLineStart: i32, most: i32): usize {
  let at = from;
  let count = 0;
  let before = isAtLineStart;
  while (at + 16 <= end) {
    const ends = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(<i8>LINE_FEED)));
    const lineEnds = popcnt(ends);
    if ((ends & ((ends << 1) | before)) != 0 || count + lineEnds >= most) break;
    count += lineEnds;
    before = (ends >> 15) & 1;
    at += 16;
  }
  lines = count;
  return at;
}

/** The first quotation mark or line end from `start` on. */
function quotedEnd(start: usize): usize {
  let at = start;
  let byte: u32 = load<u8>(at);
  while (byte != QUOTE && byte != LINE_FEED && byte != CARRIAGE_RETURN) {
    at += 1;
    byte = load<u8>(at);
  }
  return at;
}

/** Does a quoted cell end there? Half a text is not to be kept: a column has room for one of each record. */
@inline
function endsQuoted(at: usize): bool {
  const next: u32 = load<u8>(at + 1);
  return (
    load<u8>(at) == QUOTE &&
    at + 1 < inputEnd &&
    (next == delimiter || next == LINE_FEED || next == CARRIAGE_RETURN)
  );
}

/** Text that begins and ends with something to see and is neither a null word nor an error of Excel. */
@inline
function takeText(plan: Plan, start: usize, end: usize, row: i32): usize {
  const length = end - start;
  const first: u32 = load<u8>(start);
  // It may go on behind what is at hand.
  if (end >= inputEnd) return NOT_PLAIN;
  if (length > <usize>plan.mostTextBytes || first <= 32 || first >= 0xe0 || first == 0xc2) return NOT_PLAIN;
  if (first == 35) return NOT_PLAIN;
  if ((first == 110 || first == 78) && length <= longestNullWord) return NOT_PLAIN;
  const last: u32 = load<u8>(end - 1);
  if (last <= 32) return NOT_PLAIN;
  if (last >= 0x80) {
    const lead: u32 = length > 1 ? load<u8>(end - 2) : 0;
    if (lead < 0xc3 || lead >= 0xe0) return NOT_PLAIN;
  }
  takeInteger(plan, codeOf(changetype<Texts>(plan.texts), start, <i32>length), row);
  return end;
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

function keepsRules(row: i32): bool {
  for (let index = 0; index < ruleCount; index += 1) {
    if (!keeps(changetype<Rule>(rules + <usize>index * RULE_BYTES), row)) return false;
  }
  return true;
}

@inline
function isNull(cell: RuleCell, row: i32): bool {
  return load<u8>(cell.nulls + row) != 0;
}

@inline
function valueOf(cell: RuleCell, row: i32): f64 {
  return cell.isDecimal
    ? load<f64>(cell.values + (<usize>row << 3))
    : <f64>load<i32>(cell.values + (<usize>row << 2));
}

@inline
function cellOf(rule: Rule, index: i32): RuleCell {
  return changetype<RuleCell>(rule.cells + <usize>index * RULE_CELL_BYTES);
}

/** As in row-checks.ts. */
function keeps(rule: Rule, row: i32): bool {
  const first = cellOf(rule, 0);
  switch (rule.kind) {
    case DESCENDING: {
      let above: f64 = Infinity;
      for (let index = 0; index < rule.count; index += 1) {
        const cell = cellOf(rule, index);
        if (isNull(cell, row)) continue;
        const value = valueOf(cell, row);
        if (value > above) return false;
        above = value;
      }
      return true;
    }
    case ZERO_WHEN: {
      if (isNull(first, row) || valueOf(first, row) != 1) return true;
      for (let index = 1; index < rule.count; index += 1) {
        const cell = cellOf(rule, index);
        if (!isNull(cell, row) && valueOf(cell, row) != 0) return false;
      }
      return true;
    }
    case PRESENT_WHEN_POSITIVE:
      return isNull(first, row) || valueOf(first, row) > 0 == !isNull(cellOf(rule, 1), row);
    case ADDS_UP: {
      if (isNull(first, row)) return true;
      let sum: f64 = 0;
      for (let index = 1; index < rule.count; index += 1) {
        const cell = cellOf(rule, index);
        if (!isNull(cell, row)) sum += valueOf(cell, row);
      }
      return abs(valueOf(first, row) - sum) <= rule.within;
    }
    default: {
      const limit = cellOf(rule, 1);
      return isNull(first, row) || isNull(limit, row) || valueOf(first, row) <= valueOf(limit, row) + rule.within;
    }
  }
}
