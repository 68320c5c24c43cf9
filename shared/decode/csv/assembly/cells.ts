import { codeOf, Texts } from './texts';

// One cell in the form that nearly all cells have, from bytes to the arrays of its column.

/** One position of a record. Same order and sizes as PLAN in plain-records.ts. */
@unmanaged
export class Plan {
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

export const PLAN_BYTES: usize = 80;
const WORD_BYTES: usize = 40;

const IGNORED = 0;
const DECIMAL = 1;
const INTEGER = 2;
const DATE = 3;
const BOOLEAN = 4;
const TEXT = 5;
const WORD = 6;

export const LINE_FEED: u32 = 10;
export const CARRIAGE_RETURN: u32 = 13;
export const QUOTE: u32 = 34;
const MINUS: u32 = 45;
const ZERO: u32 = 48;

/** In place of where a cell ends. */
export const NOT_PLAIN: usize = 0;

const EXACT_DIGITS = 15;
const POWERS_OF_TEN = memory.data<i64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
  1000000000000, 10000000000000, 100000000000000, 1000000000000000,
]);
const DAYS_IN_MONTH = memory.data<u8>([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);

export let delimiter: u32 = 0;
let longestNullWord: usize = 0;
/** Where the bytes at hand end. */
let inputEnd: usize = 0;

export function beginCells(delimiterByte: u32, nullWordBytes: usize): void {
  delimiter = delimiterByte;
  longestNullWord = nullWordBytes;
}

export function endInputAt(end: usize): void {
  inputEnd = end;
}

/** Returns where the cell ends. */
export function readCell(plan: Plan, start: usize, row: i32): usize {
  const first: u32 = load<u8>(start);
  if (first == QUOTE) return readQuoted(plan, start + 1, row);
  if (first == delimiter || first == LINE_FEED || first == CARRIAGE_RETURN) return takeEmpty(plan, start, row);
  if (plan.kind != TEXT && plan.kind != IGNORED) return readValue(plan, start, row);
  const end = textEnd(start);
  if (load<u8>(end) == QUOTE) return NOT_PLAIN;
  return plan.kind == TEXT ? takeText(plan, start, end, row) : end;
}

/** A cell that is no free text; its end shows where it stands. */
@inline
function readValue(plan: Plan, start: usize, row: i32): usize {
  switch (plan.kind) {
    case DECIMAL:
      return readDecimal(plan, start, row);
    case INTEGER:
      return readInteger(plan, start, row);
    case DATE:
      return readDate(plan, start, row);
    case BOOLEAN:
      return readBoolean(plan, start, row);
    default:
      return readWord(plan, start, row);
  }
}

/** Without quotation marks or line ends inside. */
function readQuoted(plan: Plan, start: usize, row: i32): usize {
  let end: usize;
  if (load<u8>(start) == QUOTE) {
    end = takeEmpty(plan, start, row);
  } else if (plan.kind != TEXT && plan.kind != IGNORED) {
    end = readValue(plan, start, row);
  } else {
    end = quotedEnd(start);
    if (plan.kind == TEXT) end = endsQuoted(end) ? takeText(plan, start, end, row) : NOT_PLAIN;
  }
  return end != NOT_PLAIN && load<u8>(end) == QUOTE ? end + 1 : NOT_PLAIN;
}

function takeEmpty(plan: Plan, at: usize, row: i32): usize {
  if (!plan.isEmptyNull) return NOT_PLAIN;
  if (plan.kind == DECIMAL) store<f64>(plan.values + (<usize>row << 3), 0);
  else if (plan.kind != IGNORED) store<i32>(plan.values + (<usize>row << 2), 0);
  if (plan.kind != IGNORED) store<u8>(plan.nulls + row, 1);
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
export function textEnd(start: usize): usize {
  let at = start;
  let mask = endsAmong(at);
  while (mask == 0) {
    at += 16;
    mask = endsAmong(at);
  }
  return at + <usize>ctz(mask);
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
