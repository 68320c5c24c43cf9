import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CsvFile } from '../csv-file.ts';
import type { ExpectedFile } from '../expected-sums.ts';
import type { TypedTable } from './typed-rows.ts';
import { writeJson, writeNdjson } from './write-json.ts';
import { writeParquet } from './write-parquet.ts';
import { writeXlsx } from './write-xlsx.ts';
import { writeZip } from './write-zip.ts';

/**
 * csv: the files as they come. mixed: some of them in another format instead. all: besides, each of them in every
 * format under `formats/<format>/`.
 */
export const BOOK_FORMATS = ['csv', 'mixed', 'all'] as const;
export type BookFormats = (typeof BOOK_FORMATS)[number];

export const TABLE_FORMATS = ['csv', 'xlsx', 'parquet', 'json', 'ndjson', 'zip'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** What a mixed book has in another format than CSV; every format is there. */
const MIXED: Readonly<Record<string, Exclude<TableFormat, 'csv'>>> = {
  'looker/loan_par_balances.csv': 'parquet',
  'looker/schedules.csv': 'ndjson',
  'looker/transactions.csv': 'zip',
  'looker/customers.csv': 'json',
  'looker/historic_real_payments.csv': 'xlsx',
  'looker/loan_data.csv': 'parquet',
  'manual/financial_statements.csv': 'xlsx',
  'manual/targets.csv': 'xlsx',
  'cascade/loan_tape_loans.csv': 'zip',
};

type Tables = readonly Pick<CsvFile, 'path' | 'header' | 'types'>[];
type Files = Readonly<Record<string, ExpectedFile>>;

/**
 * Writes the tables in other formats from the CSV files under `dir`. Returns what each file adds up to, by path.
 * Workbooks bear a date of making: the same book must be the same bytes.
 */
export async function writeFormats(
  dir: string,
  tables: Tables,
  files: Files,
  { formats, made }: { formats: BookFormats; made: Date },
): Promise<Record<string, ExpectedFile>> {
  if (formats === 'csv') return { ...files };
  return formats === 'mixed' ? writeMixed(dir, tables, files, made) : writeAll(dir, tables, files, made);
}

async function writeMixed(
  dir: string,
  tables: Tables,
  files: Files,
  made: Date,
): Promise<Record<string, ExpectedFile>> {
  const replaced = new Map<string, string>();
  for (const table of tables) {
    const format = MIXED[table.path];
    if (format === undefined) continue;
    const path = inFormat(table.path, format);
    await writeTable(dir, table, { format, path, made });
    await rm(join(dir, table.path));
    replaced.set(table.path, path);
  }
  return Object.fromEntries(Object.entries(files).map(([path, file]) => [replaced.get(path) ?? path, file]));
}

async function writeAll(
  dir: string,
  tables: Tables,
  files: Files,
  made: Date,
): Promise<Record<string, ExpectedFile>> {
  const all: Record<string, ExpectedFile> = { ...files };
  for (const format of TABLE_FORMATS)
    for (const table of tables) {
      const path = join('formats', format, inFormat(table.path, format));
      await writeTable(dir, table, { format, path, made });
      const file = files[table.path];
      if (file) all[path] = file;
    }
  return all;
}

function inFormat(path: string, format: TableFormat): string {
  return path.replace(/\.csv$/, `.${format}`);
}

async function writeTable(
  dir: string,
  table: Tables[number],
  to: { format: TableFormat; path: string; made: Date },
): Promise<void> {
  const source: TypedTable = { ...table, path: join(dir, table.path) };
  const path = join(dir, to.path);
  await mkdir(dirname(path), { recursive: true });
  const name = basename(table.path, '.csv');
  switch (to.format) {
    case 'csv':
      return copyFile(source.path, path);
    case 'xlsx':
      return writeXlsx(source, path, name, to.made);
    case 'parquet':
      return writeParquet(source, path);
    case 'json':
      return writeJson(source, path);
    case 'ndjson':
      return writeNdjson(source, path);
    case 'zip':
      return writeZip(source.path, `${name}.csv`, path);
  }
}
