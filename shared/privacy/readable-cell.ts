import { isNullWord } from '../contracts/cell-parser.ts';
import type { Column } from '../contracts/contract.ts';

// What people may read of a cell that somebody else typed. In a shifted or torn row any cell may hold a name or an
// id, whatever its column says, so only what cannot name anybody is shown: numbers, dates and known words.

const MOST_SHOWN = 40;
const NUMBER = /^[-+$(]*[\d.][\d., ]*(?:[eE][-+]?\d{1,3})?[%$) ]*$/;
/** An identity number such as `01234567-8` is neither this nor the above. */
const DATE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ][\d:.]+(?:Z|[-+]\d{2}:?\d{2})?)?$/;
const TRUTH = new Set(['true', 'false']);

/** May the cell stand in a document as it came? */
export function isReadable(column: Column, cell: string): boolean {
  if (column.pii !== 'none') return false;
  const text = cell.trim();
  if (isNullWord(text)) return true;
  if (column.allowedValues !== undefined || column.type === 'text') {
    const word = text.toLowerCase();
    return column.allowedValues?.some((allowed) => allowed.toLowerCase() === word) ?? false;
  }
  return TRUTH.has(text.toLowerCase()) || looksLikeNumberOrDate(text);
}

/** The cell between its column's name and the verdict on it: ` "2023-02-30"` or `, a text of 26 characters,`. */
export function cellInWords(column: Column, cell: string | undefined): string {
  const text = cell?.trim() ?? '';
  if (text === '' || column.pii !== 'none') return '';
  if (isReadable(column, text)) return ` ${JSON.stringify(text)}`;
  const { length } = text;
  return `, a text of ${length} ${length === 1 ? 'character' : 'characters'},`;
}

function looksLikeNumberOrDate(text: string): boolean {
  return text.length <= MOST_SHOWN && /\d/.test(text) && (NUMBER.test(text) || DATE.test(text));
}
