import { parseLocalDate, toEpochDay } from '../domain/local-date.ts';
import type { ProblemCode } from '../domain/problem.ts';
import { formatScaled, rational } from '../domain/rational.ts';
import type { Column } from './contract.ts';

// Text of one cell -> its typed value, or what is wrong with it. Every reader must accept the same cells with
// the same values, so this file is the reference.

/** Text; boolean; integer; decimal as an integer count of 10^-scale; date as days since 1970-01-01. */
export type CellValue = string | number | boolean | null;

export type ParsedCell =
  | {
      readonly kind: 'value';
      readonly value: CellValue;
      readonly note?: 'residue' | 'rounded' | 'unknown-value';
    }
  | { readonly kind: 'bad'; readonly code: ProblemCode; readonly detail: string };

/** In lower case; they are read in any case. */
export const NULL_WORDS: ReadonlySet<string> = new Set(['', 'null', 'nan', 'none', 'n/a', 'na']);
export const LONGEST_NULL_WORD = Math.max(...[...NULL_WORDS].map(({ length }) => length));
const INTEGER = /^-?\d+(?:\.0*)?$/;
const PLAIN_DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const SCIENTIFIC = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/;
/** No number of thousands begins with zero: `0,125` is an eighth with a decimal comma, and may not pass for 125. */
const GROUPED = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
/** Numbers with a decimal comma: points only between groups of three. */
const COMMA_DECIMAL = /^([1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,(\d+))?([eE][+-]?\d{1,3})?$/;
/** Where points are read. */
const HAS_DECIMAL_COMMA = /^-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+$/;
const MIDNIGHT = /[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?$/;
/** Digits beyond the scale count as float residue within this share of the last place: one millionth. */
const RESIDUE = 1_000_000n;

/** What Excel shows where a formula has no result, in English and in Spanish; saved as CSV it is a text like any other. */
const EXCEL_ERRORS = new Set([
  ...['#N/A', '#REF!', '#VALUE!', '#NAME?', '#DIV/0!', '#NUM!', '#NULL!'],
  ...['#SPILL!', '#CALC!', '#FIELD!', '#BLOCKED!', '#CONNECT!', '#UNKNOWN!', '#GETTING_DATA'],
  ...['#N/D', '#¡REF!', '#¡VALOR!', '#¿NOMBRE?', '#¡DIV/0!', '#¡NUM!', '#¡NULO!'],
]);

/** Longer than any honest word or id; a column may set its own limit. */
export const LONGEST_TEXT = 1_000;
/** Staging keeps whole numbers in 32 bits. */
const LARGEST_INTEGER = 2_147_483_647;

/** A function that reads the cells of one column. It never throws. */
export function cellParser(column: Column): (text: string | undefined) => ParsedCell {
  const parse = typeParser(column);
  return (raw) => {
    const text = raw?.trim() ?? '';
    if (isNullWord(text) && !column.allowedValues?.includes(text)) {
      return column.nullable === true ? { kind: 'value', value: null } : missing(text);
    }
    return parse(text);
  };
}

/** Is it empty, or a word that means the same? */
export function isNullWord(text: string): boolean {
  return NULL_WORDS.has(text.toLowerCase());
}

/** The value as a person writes it: `-12.50`, `2025-12-10`, `true`. */
export function showValue(column: Column, value: CellValue): string {
  if (value === null) return '';
  if (typeof value === 'number' && column.type === 'decimal') return formatScaled(value, column.scale ?? 0);
  if (typeof value === 'number' && column.type === 'date') {
    return new Date(value * 86_400_000).toISOString().slice(0, 10);
  }
  return String(value);
}

function typeParser(column: Column): (text: string) => ParsedCell {
  switch (column.type) {
    case 'text':
      return textParser(column);
    case 'boolean':
      return parseBoolean;
    case 'date':
      return dateParser(column);
    case 'integer':
      return integerParser(column);
    case 'decimal':
      return decimalParser(column);
  }
}

function textParser(column: Column): (text: string) => ParsedCell {
  const allowed = column.allowedValues && new Set(column.allowedValues);
  const longest = column.maxCharacters ?? LONGEST_TEXT;
  const tooLong = bad('out-of-range', `is longer than ${longest.toLocaleString('en-US')} characters`);
  return (text) => {
    if (text.length > longest) return tooLong;
    if (allowed?.has(text) === true) return { kind: 'value', value: text };
    if (EXCEL_ERRORS.has(text)) return bad('missing-value', `holds the Excel error ${text}`);
    if (allowed === undefined) return { kind: 'value', value: text };
    if (column.onUnknownValue === 'warn') return { kind: 'value', value: text, note: 'unknown-value' };
    return bad('unknown-value', `is not one of ${[...allowed].join(', ')}`);
  };
}

function parseBoolean(text: string): ParsedCell {
  const word = text.toLowerCase();
  if (word === 'true' || word === '1') return { kind: 'value', value: true };
  if (word === 'false' || word === '0') return { kind: 'value', value: false };
  return bad('unknown-value', 'is neither true nor false');
}

function dateParser({ min, max }: Column): (text: string) => ParsedCell {
  return (text) => {
    const day = parseLocalDate(text.replace(MIDNIGHT, ''));
    if (day === undefined) {
      return bad('impossible-date', 'is not a day of the calendar written as YYYY-MM-DD');
    }
    if (min !== undefined && day < min) return bad('out-of-range', `is before ${min}`);
    if (max !== undefined && day > max) return bad('out-of-range', `is after ${max}`);
    return { kind: 'value', value: toEpochDay(day) };
  };
}

function integerParser(column: Column): (text: string) => ParsedCell {
  const withinLimits = limitCheck(column, 0);
  return (text) => {
    const plain = withoutDecoration(text, column.decimalMark);
    if (!INTEGER.test(plain)) return bad('text-in-number', 'is not a whole number');
    const value = Number(plain);
    if (Math.abs(value) > LARGEST_INTEGER) {
      return bad('out-of-range', 'is further from zero than 2,147,483,647, the largest number that is kept');
    }
    return withinLimits(value) ?? { kind: 'value', value: value === 0 ? 0 : value };
  };
}

function decimalParser(column: Column): (text: string) => ParsedCell {
  const scale = column.scale ?? 0;
  const withinLimits = limitCheck(column, scale);
  return (text) => {
    // A number of a million digits is no number of a lender's, and takes its time to be exact about.
    if (text.length > LONGEST_TEXT) return bad('text-in-number', 'is not a number');
    const scaled = scaleDecimal(withoutDecoration(text, column.decimalMark), scale);
    if (scaled === undefined) return bad('text-in-number', notANumber(text, column));
    if (scaled.excess === 'more' && column.excessScale !== 'round') {
      return bad('excess-scale', `has more than ${scale} digits after the point`);
    }
    if (!Number.isSafeInteger(scaled.units)) return bad('out-of-range', 'is too large to be kept exactly');
    const note = scaled.excess === 'none' ? undefined : scaled.excess === 'residue' ? 'residue' : 'rounded';
    return withinLimits(scaled.units) ?? { kind: 'value', value: scaled.units, ...(note && { note }) };
  };
}

function notANumber(text: string, { decimalMark }: Column): string {
  return decimalMark === undefined && HAS_DECIMAL_COMMA.test(text)
    ? 'has a decimal comma; numbers are read with a decimal point, as in 1,234.56'
    : 'is not a number';
}

/** Accounting forms: `$1,234.50` and `(12.00)` for a negative. Returned as plain text. */
function withoutDecoration(text: string, decimalMark: ',' | undefined): string {
  const bracketed = /^\((.+)\)$/.exec(text);
  const inner = (bracketed?.[1] ?? text).replace(/^(-?)\$\s?/, '$1').replace(/\s?\$$/, '');
  // Brackets around a minus sign would be negative twice: nobody can tell what `(-5)` was meant to be.
  if (bracketed && inner.startsWith('-')) return text;
  const unsigned = inner.startsWith('-') ? inner.slice(1) : inner;
  const digits = decimalMark === undefined ? withoutGroups(unsigned) : withDecimalPoint(unsigned);
  return bracketed || inner.startsWith('-') ? `-${digits}` : digits;
}

function withoutGroups(unsigned: string): string {
  return GROUPED.test(unsigned) ? unsigned.replaceAll(',', '') : unsigned;
}

/** `1.234,56` as `1234.56`. A point that parts no groups is no number here: `12.5` may not pass for 125 or 12.5. */
function withDecimalPoint(unsigned: string): string {
  const [, whole, fraction, exponent = ''] = COMMA_DECIMAL.exec(unsigned) ?? [];
  if (whole === undefined) return '';
  return `${whole.replaceAll('.', '')}${fraction === undefined ? '' : `.${fraction}`}${exponent}`;
}

type ScaledDecimal = { units: number; excess: 'none' | 'residue' | 'more' };

function scaleDecimal(text: string, scale: number): ScaledDecimal | undefined {
  const plain = PLAIN_DECIMAL.exec(text);
  if (plain && (plain[3]?.length ?? 0) <= scale) {
    const [, sign, whole = '', fraction = ''] = plain;
    const units = Number(whole + fraction.padEnd(scale, '0'));
    return { units: sign === '-' && units !== 0 ? -units : units, excess: 'none' };
  }
  return scaleExactly(text, scale);
}

/** The slow, exact way: more digits than the scale, or an exponent (`5.68E-14`). Half away from zero. */
function scaleExactly(text: string, scale: number): ScaledDecimal | undefined {
  const scientific = SCIENTIFIC.exec(text);
  if (!scientific && !PLAIN_DECIMAL.test(text)) return undefined;
  const exponent = Number(scientific?.[4] ?? 0);
  const mantissa = rational(scientific ? text.replace(/[eE].*$/, '') : text);
  const numerator = mantissa.numerator * 10n ** BigInt(Math.max(exponent, 0) + scale);
  const denominator = mantissa.denominator * 10n ** BigInt(Math.max(-exponent, 0));
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  const distance = magnitude - rounded * denominator;
  const offBy = distance < 0n ? -distance : distance;
  const units = Number(numerator < 0n ? -rounded : rounded);
  const excess = offBy === 0n ? 'none' : offBy * RESIDUE <= denominator ? 'residue' : 'more';
  return { units: units === 0 ? 0 : units, excess };
}

function limitCheck(column: Column, scale: number): (units: number) => ParsedCell | undefined {
  const units = (limit: string | undefined): number | undefined =>
    limit === undefined ? undefined : scaleDecimal(limit, scale)?.units;
  const min = units(column.min);
  const max = units(column.max);
  return (value) => {
    if (min !== undefined && value < min) {
      return bad(column.belowMin ?? 'out-of-range', `is below ${column.min}`);
    }
    if (max !== undefined && value > max) return bad('out-of-range', `is above ${column.max}`);
    return undefined;
  };
}

function missing(text: string): ParsedCell {
  return bad(
    'missing-value',
    text === '' ? 'is empty' : 'holds a word that means no value, but the contract needs one',
  );
}

function bad(code: ProblemCode, detail: string): ParsedCell {
  return { kind: 'bad', code, detail };
}
