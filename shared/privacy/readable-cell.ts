import { cellParser, isNullWord, type ParsedCell } from '../contracts/cell-parser.ts';
import type { Column } from '../contracts/contract.ts';
import { valueDetector } from './personal-data.ts';

// What people may read of a cell that somebody else typed. In a shifted or torn row any cell may hold a name or an
// id, whatever its column says, so only what cannot name anybody is shown: numbers, dates and known words. Telephones,
// cards and identity numbers are digits too, and a birth date is a date.

const MOST_SHOWN = 40;
/** No blanks between digits: they group the digits of cards and telephones more often than those of amounts. */
const NUMBER =
  /^[-+$(]*(?:\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+)?(?:[.,]\d*)?(?:[eE][-+]?\d{1,3})?[%$) ]*$/;
/** Year first, as the columns want it: a birth date is mostly typed with its day first. */
const DATE = /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ][\d:.]+(?:Z|[-+]\d{2}:?\d{2})?)?$/;
const TRUTH = new Set(['true', 'false']);
/** A telephone number has eight digits, and nothing that names a person has fewer. */
const FEWEST_DIGITS_OF_ID = 8;

/** May the cell stand in a document as it came? */
export function isReadable(column: Column, cell: string): boolean {
  if (column.pii !== 'none') return false;
  const text = cell.trim();
  if (isNullWord(text)) return true;
  if (column.allowedValues !== undefined || column.type === 'text') {
    const word = text.toLowerCase();
    return column.allowedValues?.some((allowed) => allowed.toLowerCase() === word) ?? false;
  }
  if (TRUTH.has(text.toLowerCase())) return true;
  if (text.length > MOST_SHOWN || !/\d/.test(text)) return false;
  return DATE.test(text) ? column.type === 'date' : NUMBER.test(text) && !mayBeId(column, text);
}

/** The cell between its column's name and the verdict on it: ` "2023-02-30"` or `, a text of 26 characters,`. */
export function cellInWords(column: Column, cell: string | undefined): string {
  const text = cell?.trim() ?? '';
  if (text === '' || column.pii !== 'none') return '';
  if (isReadable(column, text)) return ` ${JSON.stringify(text)}`;
  const { length } = text;
  return `, a text of ${length} ${length === 1 ? 'character' : 'characters'},`;
}

/**
 * Digits that nothing tells from an amount are believed where their column accepts them, unless they are more than an
 * amount has, or begin with a zero as an amount never does.
 */
function mayBeId(column: Column, text: string): boolean {
  const bare = text.replace(FLOAT_END, '').replaceAll(AROUND_NUMBER, '');
  if (digitsOf(bare).length < FEWEST_DIGITS_OF_ID) return false;
  // Points stand between the digits of telephones and taxpayers' numbers as well.
  if (looksPersonal(bare) || looksPersonal(bare.replaceAll(/[.,]/g, '-')) || COMPACT_DATE.test(bare))
    return true;
  const mark = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','));
  const whole = digitsOf(mark === -1 ? bare : bare.slice(0, mark));
  if (whole.length >= FEWEST_DIGITS_OF_ID && (whole.startsWith('0') || whole.length > MOST_DIGITS))
    return true;
  return mark === -1 && parserOf(column)(text).kind === 'bad';
}

/** Programs that know only floats write the id 6141505851012 as `6141505851012.0`. */
const FLOAT_END = /\.0$/;
const AROUND_NUMBER = /^[^\d.,]+|\D+$/g;
/** `19850512` and `12051985`. */
const COMPACT_DATE =
  /^(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2})$/;
/** Of a number before its decimal mark: hundreds of thousands of millions. */
const MOST_DIGITS = 11;

function looksPersonal(text: string): boolean {
  const detector = valueDetector();
  detector.see(text);
  return detector.verdict() !== undefined;
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

const parsers = new WeakMap<Column, (text: string) => ParsedCell>();

function parserOf(column: Column): (text: string) => ParsedCell {
  const parse = parsers.get(column) ?? cellParser(column);
  parsers.set(column, parse);
  return parse;
}
