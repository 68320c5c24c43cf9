import { isUtf8 } from 'node:buffer';

// CSV as docs/decisions/csv-structure.md describes it, byte by byte and without any haste: another way to the same
// answer.

export type NaiveRecord = {
  /** Undefined when a quotation mark is out of place. */
  readonly cells: readonly string[] | undefined;
  /** What is out of place, and on which line. */
  readonly fault?: string;
  readonly faultLine?: number;
  readonly offset: number;
};

export type NaiveFile = {
  readonly records: readonly NaiveRecord[];
  /** Why nothing after the last record can be read. */
  readonly end: { readonly code: 'end' | 'unclosed-quote' | 'wrong-encoding'; readonly line: number };
};

type State = 'between' | 'cell' | 'plain' | 'quoted' | 'after-quote' | 'literal';

export function naiveCsv(bytes: Buffer, delimiter: string): NaiveFile {
  const sound = soundLength(bytes);
  const records: NaiveRecord[] = [];
  let state: State = 'between';
  let cells: Buffer[] = [];
  let cell: number[] = [];
  let offset = 0;
  let fault: { what: string; line: number } | undefined;
  let line = 1;
  let firstLine = 1;
  const endCell = (): void => {
    cells.push(Buffer.from(cell));
    cell = [];
  };
  const endRecord = (): void => {
    endCell();
    records.push(
      fault === undefined
        ? { cells: cells.map((text) => text.toString()), offset }
        : { cells: undefined, fault: fault.what, faultLine: fault.line, offset },
    );
    cells = [];
    fault = undefined;
    state = 'between';
  };
  for (let at = bytes.subarray(0, 3).toString() === '\uFEFF' ? 3 : 0; at < sound; at += 1) {
    const char = String.fromCharCode(bytes[at] ?? 0);
    const isLineEnd = char === '\n' || char === '\r';
    if (state === 'between' && !isLineEnd) {
      [state, offset, firstLine] = ['cell', at, line];
    }
    if (state === 'between') {
      // A blank line, or the second byte of a line end.
    } else if (state === 'quoted') {
      if (char === '"') state = 'after-quote';
      else cell.push(bytes[at] ?? 0);
    } else if (state === 'after-quote' && char === '"') {
      cell.push(bytes[at] ?? 0);
      state = 'quoted';
    } else if (isLineEnd) endRecord();
    else if (state === 'literal') cell.push(bytes[at] ?? 0);
    else if (char === delimiter) {
      endCell();
      state = 'cell';
    } else if (char === '"' && state === 'cell') state = 'quoted';
    else if (char === '"' || state === 'after-quote') {
      const what =
        char === '"' && state === 'plain'
          ? 'a quotation mark inside an unquoted cell'
          : 'text after a closing quotation mark';
      fault = { what, line };
      state = 'literal';
    } else {
      cell.push(bytes[at] ?? 0);
      state = 'plain';
    }
    if (char === '\r' || (char === '\n' && bytes[at - 1] !== 13)) line += 1;
  }
  if (sound < bytes.length) return { records, end: { code: 'wrong-encoding', line } };
  if (state === 'quoted') return { records, end: { code: 'unclosed-quote', line: firstLine } };
  if (state !== 'between') endRecord();
  return { records, end: { code: 'end', line } };
}

/** Bytes before the first one that is no text. */
function soundLength(bytes: Buffer): number {
  const nul = bytes.indexOf(0);
  const most = nul === -1 ? bytes.length : nul;
  for (let length = most; ; length -= 1) if (isUtf8(bytes.subarray(0, length))) return length;
}
