import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem, ProblemCode } from '../../shared/domain/problem.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aWorkbook, workbookXml } from '../shared/decode/xlsx/a-workbook.ts';
import { anOleFile } from '../shared/decode/xlsx/an-ole-file.ts';
import { aZip, noise } from '../shared/decode/zip/a-zip.ts';
import { Pipeline } from '../support/a-pipeline.ts';
import { aLoan } from '../support/file-rows.ts';
import {
  csvOf,
  FORMATS,
  inFormat,
  parquetFrom,
  sheetRowsOf,
  type Table,
  tableOf,
  workbookOf,
} from './table-formats.ts';

// Files that are made to harm, broken, or of a kind that nobody reads, in every format, through the real use cases:
// each gets its code and words that a person can act on, and nothing of it is promoted.

const LOANS = 'looker/loans';
const ROWS = 300;
const AS_OF = { asof: '2025-12-10' };
const NOT_DONE = /(Nothing|No row) was (promoted|read|computed)/;
const TO_DO = /\b(drop|export|rename|correct|check|save|unpack|split|close|put|remove|pack)\b/i;
const MEGABYTE = 1024 * 1024;

let pipeline: Pipeline;
let loans: Table;
let drops = 0;

beforeAll(async () => {
  pipeline = await Pipeline.open();
  loans = tableOf(
    Array.from({ length: ROWS }, (_, index) =>
      aLoan({ loan_id: `ABT - DSB${String(index).padStart(4, '0')}-001`, customer_id: 'CLI1004' }),
    ),
  );
});
describe('a file whose rows are all bad', () => {
  it.each(FORMATS)('as %s is rejected as a whole, every row counted', async (format) => {
    const bad = await inFormat(
      withCells('disburse_principal', () => 'pending'),
      format,
    );

    const run = await judged(`all-bad.${format}`, bad);

    const [problem] = run.problems;
    expect([run.status, problem?.code, problem?.count]).toEqual(['rejected', 'too-many-bad-rows', ROWS]);
    expect([run.rows, run.rejectedRows]).toEqual([ROWS, ROWS]);
    expectPlainWords(problem);
    const lines = (await pipeline.text('quarantine', `${run.runId}/attempts/${run.attempt}/rejected.jsonl`))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(ROWS);
    expect(await stagedOf(run)).toEqual([]);
  });
});

describe('a file that cannot be read', () => {
  type Case = readonly [what: string, name: string, code: ProblemCode, body: () => Buffer | Promise<Buffer>];
  const CASES: readonly Case[] = [
    [
      'a NUL byte in JSON',
      'nul.json',
      'wrong-encoding',
      async () => spoilt('json', 'factoring', 'fact\0ring'),
    ],
    [
      'a NUL byte in a line of JSON',
      'nul.ndjson',
      'wrong-encoding',
      async () => spoilt('ndjson', 'factoring', 'fact\0ring'),
    ],
    ['a NUL byte in CSV', 'nul.csv', 'wrong-encoding', async () => spoilt('csv', 'factoring', 'fact\0ring')],
    [
      'a NUL byte in the sheet of a workbook',
      'nul.xlsx',
      'damaged-file',
      () => aWorkbook({ sheet: sheetRowsOf(loans).replace('factoring', 'fact\0ring') }),
    ],
    ['CSV in UTF-16', 'wide.csv', 'wrong-encoding', () => utf16(csvOf(loans))],
    [
      'JSON in UTF-16',
      'wide.json',
      'wrong-encoding',
      async () => utf16((await inFormat(loans, 'json')).toString()),
    ],
    [
      'JSON in UTF-16 without a mark',
      'wide-bare.json',
      'wrong-encoding',
      async () => utf16((await inFormat(loans, 'json')).toString()).subarray(2),
    ],
    [
      'a workbook with a sheet in UTF-16',
      'wide.xlsx',
      'unsupported-format',
      () => aWorkbook({ sheet: utf16('<worksheet/>') }),
    ],
    [
      'a cell of 60 MB in CSV',
      'cell.csv',
      'record-too-long',
      () => withHugeCell((cell) => Buffer.from(csvOf(cell))),
    ],
    [
      'a cell of 60 MB in JSON',
      'cell.json',
      'record-too-long',
      () => withHugeCell((cell) => inFormat(cell, 'json')),
    ],
    [
      'a cell of 60 MB in a ZIP',
      'cell.zip',
      'record-too-long',
      () => withHugeCell((cell) => aZip([{ name: 'loans.csv', content: csvOf(cell), stored: true }])),
    ],
    [
      'a cell of 60 MB in a workbook',
      'cell.xlsx',
      'damaged-file',
      () => withHugeCell((cell) => storedWorkbook(sheetRowsOf(cell))),
    ],
    [
      'a ZIP that unpacks to a thousand times its size',
      'bomb.zip',
      'unsafe-file',
      () => aZip([{ name: 'loans.csv', content: Buffer.alloc(64 * MEGABYTE, '0') }]),
    ],
    [
      'a workbook that unpacks to a thousand times its size',
      'bomb.xlsx',
      'unsafe-file',
      () => aWorkbook({ sheet: `<row><c><v>${'0'.repeat(64 * MEGABYTE)}</v></c></row>` }),
    ],
    [
      'a ZIP in a ZIP',
      'nested.zip',
      'unsafe-file',
      () => aZip([{ name: 'inner.zip', content: aZip([{ name: 'loans.csv', content: csvOf(loans) }]) }]),
    ],
    [
      'a ZIP in a ZIP that calls itself CSV',
      'disguised.zip',
      'unsafe-file',
      () => aZip([{ name: 'loans.csv', content: aZip([{ name: 'inner.csv', content: csvOf(loans) }]) }]),
    ],
    [
      'a ZIP with two files',
      'two.zip',
      'unsupported-format',
      () =>
        aZip([
          { name: 'loans.csv', content: csvOf(loans) },
          { name: 'more.csv', content: csvOf(loans) },
        ]),
    ],
    ['a ZIP with nothing in it', 'none.zip', 'empty-file', () => aZip([])],
    ['gzip', 'loans.csv.gz', 'unsupported-format', () => gzipSync(csvOf(loans))],
    ['a PDF', 'loans.pdf', 'unsupported-format', () => Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n')],
    ['a workbook of a million sheets', 'sheets.xlsx', 'unsafe-file', millionSheets],
    ['a workbook that lies about its sizes', 'lying.xlsx', 'unsafe-file', lyingWorkbook],
    [
      'an encrypted workbook',
      'locked.xlsx',
      'encrypted-file',
      () => anOleFile('Root Entry', 'EncryptedPackage'),
    ],
    ['a workbook of Excel 97', 'old.xls', 'unsupported-format', () => anOleFile('Root Entry', 'Workbook')],
    [
      'a workbook with macros (.xlsm)',
      'macros.xlsm',
      'unsafe-file',
      () => aWorkbook({ sheet: sheetRowsOf(loans), more: [{ name: 'xl/vbaProject.bin', content: 'x' }] }),
    ],
    ['a workbook without a filled cell', 'empty.xlsx', 'empty-file', () => aWorkbook({ sheet: '' })],
    ['an empty list', 'empty.json', 'header-only', () => Buffer.from('[]')],
    [
      'Parquet without rows',
      'empty.parquet',
      'header-only',
      () => inFormat({ ...loans, rows: [] }, 'parquet'),
    ],
    [
      'a workbook with a header alone',
      'header.xlsx',
      'header-only',
      () => workbookOf({ ...loans, rows: [] }),
    ],
    [
      'Parquet that is cut off',
      'cut.parquet',
      'damaged-file',
      async () => {
        const whole = await inFormat(loans, 'parquet');
        return whole.subarray(0, whole.length >> 1);
      },
    ],
    [
      'Parquet whose pages are noise',
      'noise.parquet',
      'damaged-file',
      async () => {
        const whole = Buffer.from(await inFormat(loans, 'parquet'));
        noise(whole.length >> 1).copy(whole, 4);
        return whole;
      },
    ],
    [
      'Parquet with lists in its columns',
      'lists.parquet',
      'unsupported-format',
      () => parquetFrom(selectOf(loans, 'product_type', "['factoring']")),
    ],
    [
      'JSON that ends in the middle',
      'cut.json',
      'damaged-file',
      async () => {
        const whole = await inFormat(loans, 'json');
        return whole.subarray(0, whole.length >> 1);
      },
    ],
  ];

  it.each(CASES)('%s is refused with its code, in words that say what to do', async (_, name, code, body) => {
    const run = await judged(name, await body());

    expect([name, run.status, run.problems[0]?.code]).toEqual([name, 'rejected', code]);
    expectPlainWords(run.problems[0]);
    expect(await stagedOf(run)).toEqual([]);
  });
});

describe('a file that only looks odd', () => {
  it.each(['csv', 'ndjson'] as const)('%s with mixed line ends has all of its rows', async (format) => {
    const lines = (await inFormat(loans, format)).toString().trimEnd().split('\n');
    const mixed = lines.map((line, index) => `${line}${index % 2 === 0 ? '\r\n' : '\n'}`).join('');

    const run = await judged(`mixed.${format}`, Buffer.from(mixed));

    expect([run.status, run.rows, run.rejectedRows]).toEqual(['running', ROWS, 0]);
  });

  it.each(FORMATS)('as %s may have a column called __proto__, which is ignored and said', async (format) => {
    const table = {
      header: [...loans.header, '__proto__'],
      rows: loans.rows.map((cells) => [...cells, 'polluted']),
    };

    const run = await judged(`proto.${format}`, await inFormat(table, format));

    expect([run.status, run.rows, run.rejectedRows]).toEqual(['running', ROWS, 0]);
    const [said] = run.problems.filter(({ code }) => code === 'unexpected-column');
    expect(said?.message).toContain('"__proto__"');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(JSON.stringify({ ...{} })).toBe('{}');
  });

  it('Parquet with days where amounts belong has no good row, and says so', async () => {
    const body = await parquetFrom(selectOf(loans, 'disburse_principal', "DATE '2025-11-03'"));

    const run = await judged('types.parquet', body);

    expect([run.status, run.rejectedRows]).toEqual(['rejected', ROWS]);
    expect(run.problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['too-many-bad-rows', 'text-in-number']),
    );
    expectPlainWords(run.problems[0]);
  });

  it.each(['json', 'ndjson'] as const)(
    '%s with a record a thousand levels deep is refused, with its place',
    async (format) => {
      const deep = `{"loan_id":${'['.repeat(1_000)}1${']'.repeat(1_000)}}`;
      const records = (await inFormat(loans, 'ndjson')).toString().split('\n').with(7, deep);
      const body = format === 'json' ? `[${records.join(',')}]` : records.join('\n');

      const run = await judged(`deep.${format}`, Buffer.from(body));

      expect([run.status, run.problems[0]?.code]).toEqual(['rejected', 'unsafe-file']);
      expect(run.problems[0]?.message).toMatch(/^Record 8, .* 64 deep/);
      expectPlainWords(run.problems[0]);
    },
  );

  it('JSON that is nothing but a thousand levels is refused', async () => {
    const run = await judged('deep-only.json', Buffer.from('['.repeat(1_000) + ']'.repeat(1_000)));

    expect(run.status).toBe('rejected');
    expectPlainWords(run.problems[0]);
  });
});

describe('formulas in cells', () => {
  /** With what a spreadsheet takes for the beginning of a formula, and their wide twins. */
  const FORMULAS = ['=', '+', '-', '@', '\t=', '\r=', '＝', '＋', '－', '＠'].map(
    (opener) => `${opener}CANARY(A1)`,
  );
  const OPENED = '[=+\\-@\\t\\r＝＋－＠]+CANARY';
  /** Where a cell begins that a spreadsheet would take up, when somebody opens or pastes it. */
  const AS_CELL: Readonly<Record<string, RegExp>> = {
    html: new RegExp(`<(?:td|th|li|h\\d|bdi)[^>]*>\\s*${OPENED}`),
    md: new RegExp(`(?:^|\\|)\\s*${OPENED}`, 'm'),
    csv: new RegExp(`(?:^|[,"])${OPENED}`, 'm'),
    json: new RegExp(`"${OPENED}`),
    jsonl: new RegExp(`"${OPENED}`),
  };
  const isOpen = ({ path, text }: { path: string; text: string }): boolean =>
    AS_CELL[path.slice(path.lastIndexOf('.') + 1)]?.test(text) !== false;

  it.each(FORMATS)('of %s reach no output as cells, wherever they stand', async (format) => {
    // A tab or a carriage return alone is no word for a column, and a workbook has none in its cells.
    const cell = (index: number): string => FORMULAS[index % FORMULAS.length] ?? '';
    const table = formulasEverywhere(cell);
    await pipeline.drop(`${LOANS}/=CANARY(${format}).bin`, await inFormat(table, format), AS_OF);
    const outcome = await pipeline.announce(`${LOANS}/=CANARY(${format}).bin`);
    await pipeline.runDry();
    const run = await pipeline.runOf(outcome);

    expect([run.status, run.rows, run.rejectedRows]).toEqual(['success', ROWS, 2]);
    const outputs = await outputsOf(run);
    expect(outputs.filter(({ text }) => text.includes('CANARY')).length).toBeGreaterThan(2);
    expect(outputs.filter(isOpen).map(({ path }) => path)).toEqual([]);
    for (const { path, text } of outputs) {
      if (/rejected\.jsonl$|masked_sample\.json$/.test(path))
        expect([path, text.includes('CANARY')]).toEqual([path, false]);
    }
    expect(outputs.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))).toEqual(
      expect.arrayContaining(['rejected.jsonl', 'masked_sample.json', 'validation_report.html', 'report.md']),
    );
  });

  /** In free text, in words that the contract knows, in amounts of two rows, and as the name of a column. */
  function formulasEverywhere(cell: (index: number) => string): Table {
    const at = (name: string): number => loans.header.indexOf(name);
    const rows = loans.rows.map((cells, index) => {
      const odd = cells.with(at('loan_grade'), cell(index)).with(at('product_type'), cell(index + 1));
      const warned = index % 50 === 7 ? odd.with(at('loan_status'), cell(index)) : odd;
      return index === 20 || index === 21 ? warned.with(at('disburse_principal'), cell(index)) : warned;
    });
    return {
      header: [...loans.header, '=CANARY(B2)', '＠CANARY(B3)'],
      rows: rows.map((cells, index) => [...cells, cell(index), 'x']),
    };
  }
});

/** As far as the verdict; what would follow is of no interest. */
async function judged(name: string, body: Buffer): Promise<RunRecord> {
  const path = `${LOANS}/${(drops += 1)}/${name}`;
  await pipeline.drop(path, body, AS_OF);
  const outcome = await pipeline.announce(path);
  if (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next());
  pipeline.queue.length = 0;
  return await pipeline.runOf(outcome);
}

/** Everything that people open: quarantine, documents, reports and marts, but not the JSON of machines. */
async function outputsOf({ runId }: RunRecord): Promise<{ path: string; text: string }[]> {
  const outputs: { path: string; text: string }[] = [];
  for (const zone of ['quarantine', 'runs', 'reports', 'marts'] as const) {
    for (const path of await pipeline.paths(zone)) {
      if (!path.includes(runId) || !/\.(jsonl|csv|html|md)$|masked_sample\.json$/.test(path)) continue;
      outputs.push({ path: `${zone}/${path}`, text: await pipeline.text(zone, path) });
    }
  }
  return outputs;
}

async function stagedOf({ runId }: RunRecord): Promise<string[]> {
  return (await pipeline.paths('staging')).filter((path) => path.includes(runId));
}

/** What is wrong, what was not done, what to do; as one or two lines, never a dump. */
function expectPlainWords(problem: Problem | undefined): void {
  const { message = '' } = problem ?? {};
  const at = message.search(NOT_DONE);
  expect([message, at > 20]).toEqual([message, true]);
  expect(message.slice(at)).toMatch(TO_DO);
  expect(message).toMatch(/\.$/);
  expect(message.length).toBeLessThan(700);
  expect(message).not.toMatch(/\bat \w+ \(|Error:|undefined|\[object/);
}

function withCells(column: string, cell: (index: number) => string): Table {
  const at = loans.header.indexOf(column);
  return { ...loans, rows: loans.rows.map((cells, index) => cells.with(at, cell(index))) };
}

async function spoilt(format: 'csv' | 'json' | 'ndjson', word: string, other: string): Promise<Buffer> {
  return Buffer.from((await inFormat(loans, format)).toString().replace(word, other));
}

function utf16(text: string): Buffer {
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}

async function withHugeCell(write: (table: Table) => Buffer | Promise<Buffer>): Promise<Buffer> {
  return await write(
    withCells('product_type', (index) => (index === 5 ? 'x'.repeat(60 * MEGABYTE) : 'factoring')),
  );
}

/** Not packed, so that it is no bomb. */
function storedWorkbook(rows: string): Buffer {
  const sheet = `<?xml version="1.0"?><worksheet><sheetData>${rows}</sheetData></worksheet>`;
  const without = ['xl/worksheets/sheet1.xml'];
  return aWorkbook({ without, more: [{ name: 'xl/worksheets/sheet1.xml', content: sheet, stored: true }] });
}

function millionSheets(): Buffer {
  const sheets = Array.from(
    { length: 1_000_000 },
    (_, index) => `<sheet name="S${index}" sheetId="${index}" r:id="rId1"/>`,
  );
  const without = ['xl/workbook.xml'];
  return aWorkbook({
    without,
    more: [{ name: 'xl/workbook.xml', content: workbookXml(sheets.join('')), stored: true }],
  });
}

function lyingWorkbook(): Buffer {
  const sheet = `<?xml version="1.0"?><worksheet><sheetData>${sheetRowsOf(loans)}</sheetData></worksheet>`;
  const lie = { size: 100 };
  return aWorkbook({
    without: ['xl/worksheets/sheet1.xml'],
    more: [{ name: 'xl/worksheets/sheet1.xml', content: sheet, local: lie, central: lie }],
  });
}

/** The table with one column of another type. */
function selectOf({ header, rows }: Table, column: string, expression: string): string {
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const values = rows.map((cells) => `(${cells.map(literal).join(', ')})`).join(', ');
  const names = header.map((name) => `"${name}"`);
  const columns = names.map((name, at) => (header[at] === column ? `${expression} AS ${name}` : name));
  return `SELECT ${columns.join(', ')} FROM (VALUES ${values}) AS t (${names.join(', ')})`;
}
