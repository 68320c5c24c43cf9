import { LONGEST_NULL_WORD } from '../../contracts/cell-parser.ts';
import type { CellPlan } from './cell-plan.ts';

// Cells in the form that nearly all cells have, from bytes straight into the arrays of their column. Each function
// returns where the value ends, or -1 when the cell is in another form: then the reference parser judges it. Whatever
// is taken here, the reference takes with the same value and without a remark. A value is also written when it turns
// out to be the beginning of something else; the caller sees that by the byte where it ends, and it is overwritten.

const ZERO = 48;
const MINUS = 45;
/** So many digits fit into 32 bits, whatever they are. */
const SHORT_DIGITS = 9;
/** So many digits are exact in a double, whatever they are. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** `-12.50`: as many digits after the point as the scale allows. */
export function readDecimal(bytes: Uint8Array, start: number, plan: CellPlan, row: number): number {
  let at = start;
  let byte = bytes[at] as number;
  const isNegative = byte === MINUS;
  if (isNegative) {
    at += 1;
    byte = bytes[at] as number;
  }
  const wholeAt = at;
  let short = 0;
  for (let digit = byte - ZERO; digit >= 0 && digit <= 9; digit = byte - ZERO) {
    short = (Math.imul(short, 10) + digit) | 0;
    at += 1;
    byte = bytes[at] as number;
  }
  const whole = at - wholeAt;
  if (whole === 0 || whole + plan.scale > EXACT_DIGITS) return -1;
  let fraction = 0;
  if (byte === plan.decimalMark) {
    const fractionAt = at + 1;
    at = fractionAt;
    byte = bytes[at] as number;
    for (let digit = byte - ZERO; digit >= 0 && digit <= 9; digit = byte - ZERO) {
      short = (Math.imul(short, 10) + digit) | 0;
      at += 1;
      byte = bytes[at] as number;
    }
    fraction = at - fractionAt;
    if (fraction === 0 || fraction > plan.scale) return -1;
  }
  const digits = whole + fraction <= SHORT_DIGITS ? short : longDigits(bytes, wholeAt, at);
  const magnitude = digits * (POWERS_OF_TEN[plan.scale - fraction] as number);
  const units = isNegative ? 0 - magnitude : magnitude;
  if (units < plan.min || units > plan.max) return -1;
  plan.decimals[row] = units;
  plan.nulls[row] = 0;
  return at;
}

/** At most 15 digits, with a decimal mark among them. */
function longDigits(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit >= 0) value = value * 10 + digit;
  }
  return value;
}

/** `-12`, of at most nine digits. */
export function readInteger(bytes: Uint8Array, start: number, plan: CellPlan, row: number): number {
  let at = start;
  let byte = bytes[at] as number;
  const isNegative = byte === MINUS;
  if (isNegative) {
    at += 1;
    byte = bytes[at] as number;
  }
  const digitsAt = at;
  let magnitude = 0;
  for (let digit = byte - ZERO; digit >= 0 && digit <= 9; digit = byte - ZERO) {
    magnitude = (Math.imul(magnitude, 10) + digit) | 0;
    at += 1;
    byte = bytes[at] as number;
  }
  if (at === digitsAt || at - digitsAt > SHORT_DIGITS) return -1;
  const value = isNegative ? 0 - magnitude : magnitude;
  if (value < plan.min || value > plan.max) return -1;
  plan.integers[row] = value;
  plan.nulls[row] = 0;
  return at;
}

const DAYS_IN_MONTH = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);
const DASH = 45;

/** `2025-12-10`, a day of the calendar. */
export function readDate(bytes: Uint8Array, start: number, plan: CellPlan, row: number): number {
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  if (year < 1 || bytes[start + 4] !== DASH) return -1;
  const month = twoDigits(bytes, start + 5);
  if (month < 1 || month > 12 || bytes[start + 7] !== DASH) return -1;
  const day = twoDigits(bytes, start + 8);
  const isLeap = (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month] as number);
  if (day < 1 || day > days) return -1;
  const epochDay = epochDayOf(year, month, day);
  if (epochDay < plan.min || epochDay > plan.max) return -1;
  plan.integers[row] = epochDay;
  plan.nulls[row] = 0;
  return start + 10;
}

/** The number of two digits; far below zero when one of them is none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - ZERO;
  const ones = (bytes[at + 1] as number) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -100_000;
}

/** Days since 1970-01-01. The year begins in March, so that the leap day is its last day. */
function epochDayOf(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const months = month > 2 ? month - 3 : month + 9;
  const centuries = Math.floor(years / 100);
  const leapDays = Math.floor(years / 4) - centuries + Math.floor(centuries / 4);
  return years * 365 + leapDays + Math.floor((153 * months + 2) / 5) + day - 719_469;
}

const TRUE_WORD = Buffer.from('true');
const FALSE_WORD = Buffer.from('false');

/** `true` or `false`. */
export function readBoolean(bytes: Uint8Array, start: number, plan: CellPlan, row: number): number {
  const word = bytes[start] === TRUE_WORD[0] ? TRUE_WORD : FALSE_WORD;
  for (let index = 0; index < word.length; index += 1) if (bytes[start + index] !== word[index]) return -1;
  plan.integers[row] = word === TRUE_WORD ? 1 : 0;
  plan.nulls[row] = 0;
  return start + word.length;
}

/** Errors of Excel begin with a hash; null words with `n`, in upper or lower case, and they are short. */
const HASH = 35;
const LOWER_N = 110;
const UPPER_N = 78;

/** Text that begins and ends with something to see and is neither a null word nor an error of Excel. The caller knows where it ends. */
export function takeText(
  bytes: Uint8Array,
  start: number,
  end: number,
  plan: CellPlan,
  row: number,
): boolean {
  const length = end - start;
  const first = bytes[start] as number;
  if (length === 0 || length > plan.mostTextBytes || first <= 32 || first >= 0xe0 || first === 0xc2)
    return false;
  if (first === HASH) return false;
  if ((first === LOWER_N || first === UPPER_N) && length <= LONGEST_NULL_WORD) return false;
  if (!endsVisibly(bytes, start, end)) return false;
  plan.integers[row] = plan.builder.texts.codeOfBytes(bytes, start, end);
  plan.nulls[row] = 0;
  return true;
}

/** Blanks beyond ASCII begin with C2 or E1 and more: letters of two bytes from C3 on are none. */
function endsVisibly(bytes: Uint8Array, start: number, end: number): boolean {
  const last = bytes[end - 1] as number;
  if (last < 0x80) return last > 32;
  const lead = end - start > 1 ? (bytes[end - 2] as number) : 0;
  return lead >= 0xc3 && lead < 0xe0;
}

/** One of the allowed words, exactly. */
export function takeWord(
  bytes: Uint8Array,
  start: number,
  end: number,
  plan: CellPlan,
  row: number,
): boolean {
  const word = plan.words.find(bytes, start, end);
  if (word === -1) return false;
  let code = plan.wordCodes[word] as number;
  if (code === -1) {
    code = plan.builder.texts.codeOfBytes(bytes, start, end);
    plan.wordCodes[word] = code;
  }
  plan.integers[row] = code;
  plan.nulls[row] = 0;
  return true;
}
