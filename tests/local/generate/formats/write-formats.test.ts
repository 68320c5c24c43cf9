import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import exceljs from 'exceljs';
import yauzl from 'yauzl';
import type { ExpectedSums } from '../../../../local/generate/expected-sums.ts';
import { type BookFormats, TABLE_FORMATS } from '../../../../local/generate/formats/write-formats.ts';
import { zipOf } from '../../../../local/generate/formats/write-zip.ts';
import { generateBook } from '../../../../local/generate/generate-book.ts';
import { type Cells, headerOf, heldFolder, inTemporaryFolder, readRecords } from '../written-book.ts';

const TABLES = [
  'looker/loans',
  'looker/loan_par_balances',
  'looker/schedules',
  'looker/transactions',
  'looker/customers',
  'looker/historic_real_payments',
  'looker/loan_data',
  'looker/customer_data',
  'looker/collateral',
  'cascade/loan_tape',
  'cascade/loan_tape_par',
  'cascade/loan_tape_loans',
  'manual/financial_statements',
  'manual/financial_statements_long',
  'manual/targets',
  'manual/marketing_spend',
  'manual/headcount',
  'manual/payor_map',
  'manual/risk_parameters',
];

const folder = heldFolder();
let expected: ExpectedSums;
beforeAll(async () => {
  expected = await generateBook({ dir: await folder.open(), loans: 260, seed: 5, formats: 'all' });
});
afterAll(folder.close);

/** A cell as every format can hold it: nothing, a number, or text (dates and true and false as text). */
type Cell = string | number | null;

describe.each(TABLES)('the table %s', (table) => {
  it.each(['xlsx', 'parquet', 'json', 'ndjson', 'zip'] as const)(
    'holds the cells of the CSV file as %s',
    async (format) => {
      const path = join(folder.dir(), 'formats', format, `${table}.${format}`);
      const header = await headerOf(folder.dir(), `${table}.csv`);
      const good = await readRecords(folder.dir(), `${table}.csv`);

      const { names, rows } = await READERS[format](path, header);

      expect(names).toEqual(header);
      expect(rows).toHaveLength(good.length);
      for (const [index, row] of rows.entries())
        expect(row).toEqual(header.map((name, place) => sameKind(good[index]?.[name] ?? '', row[place])));
    },
  );

  it('has the same sums in every format', () => {
    for (const format of TABLE_FORMATS)
      expect(expected.files[`formats/${format}/${table}.${format}`]).toEqual(expected.files[`${table}.csv`]);
  });
});

describe('types', () => {
  it('are those of the columns: dates, decimals to the cent, doubles where cells have residue, booleans', async () => {
    const types = await parquetTypes('looker/loan_par_balances');
    const loans = await parquetTypes('looker/loans');
    const payments = await parquetTypes('looker/historic_real_payments');

    expect(types).toMatchObject({
      loan_id_raw: 'VARCHAR',
      reporting_date: 'DATE',
      dpd: 'BIGINT',
      is_writeoff: 'BOOLEAN',
      outstanding_balance: 'DECIMAL(18,2)',
    });
    expect(loans).toMatchObject({ outstanding_balance: 'DOUBLE', application_date: 'DATE' });
    // In every row of this column stands the word null, which is text.
    expect(payments['True Other Payment']).toBe('VARCHAR');
  });

  it('keep the digits of numbers in JSON, and nulls as null', async () => {
    const [first = ''] = (
      await readFile(join(folder.dir(), 'formats/ndjson/looker/schedules.ndjson'), 'utf8')
    ).split('\n');
    const [row] = await readRecords(folder.dir(), 'looker/schedules.csv');
    const blank = await readFile(join(folder.dir(), 'formats/ndjson/looker/loans.ndjson'), 'utf8');

    expect(first).toContain(`"principal":${row?.['principal']},`);
    expect(blank).toContain('"application_date":null');
  });

  it('make numbers numbers and dates dates in a workbook', async () => {
    const workbook = new exceljs.Workbook();
    await workbook.xlsx.readFile(join(folder.dir(), 'formats/xlsx/looker/loan_par_balances.xlsx'));
    const row = workbook.worksheets[0]?.getRow(2);

    expect(row?.getCell(2).value).toBeInstanceOf(Date);
    expect(row?.getCell(3).type).toBe(exceljs.ValueType.Number);
    expect(row?.getCell(5).type).toBe(exceljs.ValueType.Boolean);
    expect(row?.getCell(8).type).toBe(exceljs.ValueType.Number);
  });
});

describe('a mixed book', () => {
  it('has each table once, in every format of the six', async () => {
    await inTemporaryFolder(async (dir) => {
      const sums = await generateBook({ dir, loans: 260, seed: 5, formats: 'mixed' });
      const paths = await filesUnder(dir);

      expect(Object.keys(sums.files).toSorted()).toEqual(paths.filter((path) => path !== 'expected.json'));
      for (const table of TABLES.filter((name) => name !== 'cascade/loan_tape')) {
        const own = paths.filter((path) => path.replace(/\.\w+$/, '') === table);
        expect([table, own.length]).toEqual([table, 1]);
        expect(sums.files[own[0] ?? '']).toEqual(expected.files[`${table}.csv`]);
      }
      const endings = new Set(paths.map((path) => path.split('.').at(-1) ?? ''));
      expect([...endings].toSorted()).toEqual([...TABLE_FORMATS].toSorted());
    });
  });
});

describe('the bytes', () => {
  it.each(['mixed', 'all'] as const)(
    'are the same for the same options: %s',
    async (formats) => {
      expect(await digests(formats)).toEqual(await digests(formats));
    },
    60_000,
  );
});

describe('a ZIP archive', () => {
  it('is read by another program, whatever its content', async () => {
    for (const content of ['', 'a,b\n1,2\n', 'ñ'.repeat(100_000)]) {
      const entries = await unzipped(zipOf('loans ñ.csv', Buffer.from(content)));
      expect(entries).toEqual([{ name: 'loans ñ.csv', text: content }]);
    }
  });
});

type Read = { readonly names: readonly string[]; readonly rows: readonly (readonly Cell[])[] };
type Reader = (path: string, header: readonly string[]) => Promise<Read>;

const READERS: Readonly<Record<'xlsx' | 'parquet' | 'json' | 'ndjson' | 'zip', Reader>> = {
  xlsx: async (path, header) => {
    const workbook = new exceljs.Workbook();
    await workbook.xlsx.readFile(path);
    const sheet = workbook.worksheets[0];
    const cellsOf = (row: number): Cell[] =>
      header.map((_, place) => plainCell(sheet?.getCell(row, place + 1).value ?? null));
    const count = sheet?.rowCount ?? 0;
    return {
      names: cellsOf(1).map(String),
      rows: Array.from({ length: count - 1 }, (_, row) => cellsOf(row + 2)),
    };
  },
  parquet: async (path) => {
    const read = await query(`FROM '${path}'`);
    return { names: read.columnNames(), rows: read.getRowsJson().map((row) => row.map(plainCell)) };
  },
  json: async (path, header) => fromRecords(JSON.parse(await readFile(path, 'utf8')), header),
  ndjson: async (path, header) => {
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    return fromRecords(
      lines.map((line): unknown => JSON.parse(line)),
      header,
    );
  },
  zip: async (path, header) => {
    const [entry, another] = await unzipped(await readFile(path));
    expect(another).toBeUndefined();
    const records = parse<Cells>(entry?.text ?? '', { columns: true });
    return { names: header, rows: records.map((record) => header.map((name) => record[name] ?? '')) };
  },
};

function fromRecords(records: unknown, header: readonly string[]): Read {
  if (!Array.isArray(records)) throw new TypeError('not a list');
  const rows = records.map((record: unknown) => new Map(Object.entries(record ?? {})));
  const names = [...(rows[0]?.keys() ?? header)];
  return { names, rows: rows.map((row) => header.map((name) => plainCell(row.get(name)))) };
}

function plainCell(value: unknown): Cell {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  throw new TypeError(`not a plain cell: ${JSON.stringify(value)}`);
}

/** What the cell of the CSV file is in the kind that the other format has for it; never blank where it is not. */
function sameKind(text: string, other: Cell | undefined): Cell {
  if (text === '') return other === '' ? '' : null;
  if (typeof other === 'number') return Number(text);
  // DuckDB gives decimals and whole numbers as text.
  const isNumber = other !== undefined && other !== null && other !== text && Number(other) === Number(text);
  return isNumber ? other : text;
}

async function query(sql: string) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return await connection.runAndReadAll(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function parquetTypes(table: string): Promise<Record<string, unknown>> {
  const path = join(folder.dir(), `formats/parquet/${table}.parquet`);
  const rows = (await query(`DESCRIBE FROM '${path}'`)).getRowsJson();
  return Object.fromEntries(rows.map(([name, type]) => [typeof name === 'string' ? name : '', type]));
}

async function unzipped(archive: Buffer): Promise<{ name: string; text: string }[]> {
  const zip = await yauzl.fromBufferPromise(archive);
  const entries: { name: string; text: string }[] = [];
  for await (const entry of zip.eachEntry()) {
    const stream = await zip.openReadStreamPromise(entry);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    entries.push({ name: entry.fileName, text: Buffer.concat(chunks).toString('utf8') });
  }
  return entries;
}

async function filesUnder(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .toSorted();
}

/** SHA-256 of every file of a book, by path. */
function digests(formats: BookFormats): Promise<Record<string, string>> {
  return inTemporaryFolder(async (dir) => {
    await generateBook({ dir, loans: 120, seed: 4, formats });
    const paths = await filesUnder(dir);
    return Object.fromEntries(
      await Promise.all(
        paths.map(async (path) => [
          path,
          createHash('sha256')
            .update(await readFile(join(dir, path)))
            .digest('hex'),
        ]),
      ),
    );
  });
}
