import type { Problem } from '../../domain/problem.ts';
import { type Delimiter, MOST_RECORD_BYTES } from './dialect.ts';

// What a CSV file as a whole can have wrong, in words.

export const NO_HEADER: Problem = {
  code: 'empty-file',
  severity: 'error',
  message: 'The file has no header and no rows. Nothing was read. Export it again and drop the new file.',
};

export const BYTE_ORDER_MARK: Problem = {
  code: 'byte-order-mark',
  severity: 'notice',
  message: 'The file begins with a byte order mark. It was removed; nothing is to be done.',
};

export function otherDelimiter({ called }: Delimiter): Problem {
  return {
    code: 'other-delimiter',
    severity: 'notice',
    message: `The columns are separated by ${called}, not by commas. The file was read that way; nothing is to be done.`,
  };
}

export function malformedHeader(line: number, detail: string): Problem {
  return {
    code: 'malformed-row',
    severity: 'error',
    message: `The header cannot be split into names: line ${line} has ${detail}. Nothing was read. Correct the quotation marks and drop the file again.`,
  };
}

/** Why nobody can tell where the record after this line begins. */
export function endlessRecord(code: 'unclosed-quote' | 'record-too-long', line: number): Problem {
  const message =
    code === 'unclosed-quote'
      ? `The record that begins on line ${line} opens a quotation mark that is never closed, so the rows after it cannot be told apart. Nothing was promoted. Close or double the quotation mark and drop the file again.`
      : `The record that begins on line ${line} is longer than ${MOST_RECORD_BYTES.toLocaleString('en-US')} bytes, as if a quotation mark were never closed or line ends were missing. Nothing was promoted. Correct the line and drop the file again.`;
  return { code, severity: 'error', message };
}
