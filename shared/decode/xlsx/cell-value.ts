import type { DateStyles } from './number-formats.ts';
import { cellText, type SharedStrings } from './shared-strings.ts';
import { damagedPart } from './workbook-problems.ts';

/** What the text of a cell depends on besides its own XML. */
export type SheetSurroundings = {
  readonly part: string;
  readonly strings: SharedStrings | undefined;
  readonly dateStyles: DateStyles;
  readonly writeDate: (stored: string) => string;
};

/** The text that stands for a stored value: what the reader of CSV would have got for the same cell. */
export function cellValue(
  stored: string,
  type: string | undefined,
  style: string | undefined,
  around: SheetSurroundings,
  row: number,
): string {
  switch (type) {
    case undefined:
    case 'n':
      return isDate(style, around, row) ? around.writeDate(stored) : plainNumber(stored.trim());
    case 's':
      return sharedText(stored, around, row);
    case 'str':
    case 'inlineStr':
      return cellText(stored, around.part);
    case 'b':
      return stored === '1' ? 'true' : stored === '0' ? 'false' : stored;
    case 'd':
      return isoDate(stored.trim());
    case 'e':
      return stored;
    default:
      throw damagedPart(around.part, `a cell of row ${row} has a type that does not exist`);
  }
}

function isDate(style: string | undefined, { dateStyles, part }: SheetSurroundings, row: number): boolean {
  if (style === undefined || style === '0') return dateStyles[0] === true;
  const known = dateStyles[Number(style)];
  // Taken for a number, a date would be a wrong number.
  if (known === undefined) throw damagedPart(part, `a cell of row ${row} has a style that does not exist`);
  return known;
}

function sharedText(stored: string, { strings, part }: SheetSurroundings, row: number): string {
  const index = Number(stored);
  const text = stored.trim() === '' ? undefined : strings?.get(index);
  if (text === undefined)
    throw damagedPart(part, `a cell of row ${row} points to a text that does not exist`);
  return text;
}

const SCIENTIFIC = /^(-?)(\d{1,20})(?:\.(\d{1,20}))?[eE]([+-]?\d{1,2})$/;
const LONGEST_PLAIN = 40;

/**
 * `1.2345E+7` -> `12345000`, by moving the point and nothing else: large ids are stored so, and an id is no number.
 * Anything else is left as it is stored.
 */
export function plainNumber(stored: string): string {
  if (!stored.includes('E') && !stored.includes('e')) return stored;
  const [matched, sign = '', whole = '', fraction = '', exponent] = SCIENTIFIC.exec(stored) ?? [];
  if (matched === undefined) return stored;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (Math.abs(point) + digits.length > LONGEST_PLAIN) return stored;
  const padded = '0'.repeat(Math.max(1 - point, 0)) + digits.padEnd(point, '0');
  const at = Math.max(point, 1);
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const right = padded.slice(at).replace(/0+$/, '');
  return right === '' ? sign + left : `${sign}${left}.${right}`;
}

/** Workbooks of the strict kind store `2023-01-31T14:30:00`. */
function isoDate(stored: string): string {
  return stored.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ').replace(/ 00:00:00(?:\.0+)?Z?$/, '');
}
