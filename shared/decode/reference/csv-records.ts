import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type CsvError, parse } from 'csv-parse';
import { csvText, NotCsvText, type TextFindings } from './csv-text.ts';

// csv-parse with one documented behaviour for each structural fault. A quotation mark inside an unquoted cell is
// handed on as a malformed record. A quoted cell that does not end where it should ends the file, since the parser
// then takes the rows after it, up to the next quotation mark, for one cell: they would be lost without a word.

export type CsvRecord =
  | { readonly kind: 'cells'; readonly number: number; readonly cells: readonly string[] }
  | { readonly kind: 'malformed'; readonly number: number; readonly detail: string };

/** Longer than any honest record; keeps an unclosed quote from swallowing a large file into memory. */
const MAX_RECORD_CHARS = 1_000_000;

/**
 * Calls `each` for the header (number 0) and every record after it, in order. `each` returns false to stop.
 * Throws NotCsvText when the bytes are not CSV that can be split.
 */
export async function readCsvRecords(
  source: AsyncIterable<Uint8Array>,
  findings: TextFindings,
  each: (record: CsvRecord) => Promise<boolean> | boolean,
): Promise<void> {
  // csv-parse calls back in the order of the file, ahead of the records that it hands on.
  const malformed: CsvRecord[] = [];
  const numbers: number[] = [];
  let next = 0;
  let lastLine = 0;
  const parser = parse({
    // Listed rather than discovered: with CRLF in the header and LF below, discovery glues rows together.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD_CHARS,
    on_record: (cells, { lines }) => {
      lastLine = lines;
      numbers.push(next++);
      return cells;
    },
    on_skip: (error) => {
      const line = Number(error?.['lines']);
      const ending = fileEndingFault(error, lastLine + 1, line);
      if (ending !== undefined) throw unclosedQuote(ending);
      // A record with two faults is reported twice, on the same line.
      if (line === lastLine) return undefined;
      lastLine = line;
      malformed.push({ kind: 'malformed', number: next++, detail: malformedDetail(error) });
      return undefined;
    },
  });
  // Stopping early destroys the streams, which pipeline reports as an error although it is what was asked for.
  let stopped = false;
  const handOn = async (records: AsyncIterable<string[]>): Promise<void> => {
    for await (const cells of records) {
      const number = numbers.shift() ?? 0;
      for (let bad = malformed[0]; bad !== undefined && bad.number < number; bad = malformed[0]) {
        malformed.shift();
        if (!(await each(bad))) return void (stopped = true);
      }
      if (!(await each({ kind: 'cells', number, cells }))) return void (stopped = true);
    }
    for (const bad of malformed) if (!(await each(bad))) return;
  };
  try {
    await pipeline(Readable.from(csvText(source, findings)), parser, handOn);
  } catch (error) {
    if (!stopped) throw error;
  }
}

/** What is wrong, when it leaves nobody able to tell where the next record begins. */
function fileEndingFault(error: CsvError | undefined, from: number, line: number): string | undefined {
  if (error?.code === 'CSV_QUOTE_NOT_CLOSED') {
    return `A quotation mark on line ${from} or below it is never closed`;
  }
  if (error?.code === 'CSV_MAX_RECORD_SIZE') {
    return `The record that begins on line ${from} or below it is longer than ${MAX_RECORD_CHARS} characters, as if a quotation mark were never closed`;
  }
  if (error?.code === 'CSV_INVALID_CLOSING_QUOTE') {
    return `Line ${line} has text after a closing quotation mark`;
  }
  return undefined;
}

function unclosedQuote(what: string): NotCsvText {
  return new NotCsvText({
    code: 'unclosed-quote',
    severity: 'error',
    message: `${what}, so the rows after it cannot be told apart. Nothing was promoted. Close or double the quotation mark and drop the file again.`,
  });
}

function malformedDetail(error: CsvError | undefined): string {
  const where = `line ${String(error?.['lines'])}`;
  if (error?.code === 'INVALID_OPENING_QUOTE') return `${where} has a quotation mark inside an unquoted cell`;
  return `${where} cannot be split into cells (${error?.code})`;
}
