import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeParquet } from '../../local/generate/formats/write-parquet.ts';
import { csvCell } from '../../local/generate/money-cells.ts';
import { aWorkbook } from '../shared/decode/xlsx/a-workbook.ts';
import { aZip } from '../shared/decode/zip/a-zip.ts';

// One table of words in every format, without types: what is judged is what the cells say.

export type Table = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

export const FORMATS = ['csv', 'xlsx', 'parquet', 'json', 'ndjson', 'zip'] as const;
export type Format = (typeof FORMATS)[number];

export function tableOf(rows: readonly Readonly<Record<string, string>>[]): Table {
  const header = Object.keys(rows[0] ?? {});
  return { header, rows: rows.map((row) => header.map((name) => row[name] ?? '')) };
}

export async function inFormat(table: Table, format: Format): Promise<Buffer> {
  switch (format) {
    case 'csv':
      return Buffer.from(csvOf(table));
    case 'zip':
      return aZip([{ name: 'export/table.csv', content: csvOf(table) }]);
    case 'json':
      return Buffer.from(`[${recordsOf(table).join(',')}]`);
    case 'ndjson':
      return Buffer.from(recordsOf(table).join('\n'));
    case 'xlsx':
      return workbookOf(table);
    case 'parquet':
      return await parquetOf(table);
  }
}

export function csvOf({ header, rows }: Table): string {
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
}

/** As text, since `__proto__` is no ordinary key of an object. */
function recordsOf({ header, rows }: Table): string[] {
  return rows.map(
    (cells) =>
      `{${header.map((name, at) => `${JSON.stringify(name)}:${cells[at] === '' ? 'null' : JSON.stringify(cells[at])}`).join(',')}}`,
  );
}

export function workbookOf(table: Table, sheet = 'Export'): Buffer {
  return aWorkbook({
    sheet: sheetRowsOf(table),
    workbook: workbookXmlOf(sheet),
  });
}

export function sheetRowsOf({ header, rows }: Table): string {
  return [header, ...rows]
    .map((cells) => `<row>${cells.map((cell) => inlineCell(cell)).join('')}</row>`)
    .join('');
}

function inlineCell(text: string): string {
  return text === '' ? '<c/>' : `<c t="inlineStr"><is><t xml:space="preserve">${xml(text)}</t></is></c>`;
}

function workbookXmlOf(sheet: string): string {
  return `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="${xml(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>`;
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

async function parquetOf(table: Table): Promise<Buffer> {
  const dir = await mkdtemp(join(tmpdir(), 'abaco-parquet-'));
  try {
    const path = join(dir, 'table.csv');
    await writeFile(path, csvOf(table));
    await writeParquet({ path, header: table.header, types: {} }, join(dir, 'table.parquet'));
    return await readFile(join(dir, 'table.parquet'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A Parquet file of whatever DuckDB is told to select. */
export async function parquetFrom(select: string): Promise<Buffer> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const dir = await mkdtemp(join(tmpdir(), 'abaco-parquet-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const path = join(dir, 'made.parquet');
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
    return await readFile(path);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(dir, { recursive: true, force: true });
  }
}
