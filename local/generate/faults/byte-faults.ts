import { csvLines, csvText, namedRow } from './csv-table.ts';
import { accepted, type Fault, joined, LOANS, recordOf, rejected } from './fault.ts';

const STATE = 'location_state_province';

/** How a file is written down: its encoding, its separators, its line ends, its size. */
export const BYTE_FAULTS: readonly Fault[] = [
  {
    name: 'semicolons',
    about: 'semicolons between the cells: read all the same, and said',
    file: LOANS,
    damage: (good) => ({
      content: joined(csvLines(good, ';'), '\n'),
      expected: accepted(good.rows.length, 'other-delimiter'),
    }),
  },
  encodingFault('wrong-encoding', 'Latin-1 bytes: the accents are not UTF-8', 'Usulután', latin1),
  encodingFault(
    'windows-1252',
    'Windows-1252 bytes, with the curly quotes that Latin-1 does not have',
    '“Usulután”',
    windows1252,
  ),
  {
    name: 'utf-16',
    about: 'two bytes for each character, with a byte order mark, as spreadsheets save "Unicode text"',
    file: LOANS,
    damage: (good) => ({
      content: Buffer.from(`\uFEFF${csvText(good)}`, 'utf16le'),
      expected: rejected('wrong-encoding', { rows: good.rows.length }),
    }),
  },
  {
    name: 'nul-byte',
    about: 'a NUL byte within a cell: the file is damaged or no text at all',
    file: LOANS,
    damage: (good) => {
      const place = Math.floor(good.rows.length / 2);
      const rows = good.rows.map((row, index) =>
        index === place ? namedRow(good, row).with({ product_type: 'fact\0oring' }) : row,
      );
      return {
        content: csvText({ header: good.header, rows }),
        expected: rejected('wrong-encoding', {
          rows: rows.length,
          column: 'product_type',
          ...recordOf([place]),
        }),
      };
    },
  },
  {
    name: 'bom',
    about: 'a byte order mark at the start',
    file: LOANS,
    damage: (good) => ({ content: `\uFEFF${csvText(good)}`, expected: accepted(good.rows.length) }),
  },
  {
    name: 'crlf',
    about: 'carriage return and line feed after each record',
    file: LOANS,
    damage: (good) => ({
      content: joined(csvLines(good), '\r\n'),
      expected: accepted(good.rows.length),
    }),
  },
  {
    name: 'mixed-line-ends',
    about: 'every second record ends in carriage return and line feed',
    file: LOANS,
    damage: (good) => ({
      content: csvLines(good)
        .map((line, index) => `${line}${index % 2 === 0 ? '\n' : '\r\n'}`)
        .join(''),
      expected: accepted(good.rows.length),
    }),
  },
  {
    name: 'endless-line',
    about: 'after a good header one line that never ends',
    file: LOANS,
    damage: ({ header }, _, { lineBytes }) => ({
      content: `${header.join(',')}\n${'0123456,'.repeat(Math.ceil(lineBytes / 8)).slice(0, lineBytes)}`,
      expected: rejected('record-too-long', { record: 1 }),
    }),
  },
];

/** Text in an encoding that is not UTF-8. The first row is given accents, so that it is the one at fault. */
function encodingFault(
  name: string,
  about: string,
  accents: string,
  encode: (text: string) => Buffer,
): Fault {
  return {
    name,
    about,
    file: LOANS,
    damage: (good) => {
      const rows = good.rows.map((row, index) =>
        index === 0 ? namedRow(good, row).with({ [STATE]: accents }) : row,
      );
      return {
        content: encode(csvText({ header: good.header, rows })),
        expected: rejected('wrong-encoding', { rows: rows.length, column: STATE, record: 1 }),
      };
    },
  };
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Latin-1 with printed characters where that has control characters; of those, the ones that are used here. */
function windows1252(text: string): Buffer {
  return latin1(text.replaceAll('“', '\u0093').replaceAll('”', '\u0094'));
}
