import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import type { Contract } from '../../contracts/contract.ts';
import { type GuardedSource, guardedRowsSql } from '../../contracts/contract-sql.ts';
import { shownName } from '../../contracts/match-header.ts';
import type { RawRow } from '../../contracts/row-schema.ts';
import type { Vector } from '../../decode/column-batch.ts';
import { TextTable } from '../../decode/text-table.ts';
import type { Problem } from '../../domain/problem.ts';
import {
  type ParquetChunk,
  type ParquetRows,
  type ParquetTexts,
  type RecordSample,
  UnreadableParquet,
} from '../../ports/parquet-rows.ts';
import { SqlEngineExhausted } from '../../ports/sql-engine.ts';
import { isOutOfResources, messageOf } from './duckdb-errors.ts';
import { SqlEngineUnavailable, SqlStatementFailed } from './duckdb-sql-engine.ts';
import { quoted } from './sql-text.ts';

// DuckDB reads the file and the contract's guarded SQL accepts its plain rows. What the file calls its columns is of no
// account: every cell is looked at as the text that it would be in a CSV file.

/** Reads files in `scratchDir` and nowhere else. */
export class DuckDbParquetRows implements ParquetRows {
  readonly #scratchDir: string;

  constructor(scratchDir: string) {
    this.#scratchDir = resolve(scratchDir);
  }

  async *read(
    localPath: string,
    contract: Contract,
    positions: ReadonlyMap<string, number>,
  ): AsyncGenerator<ParquetChunk> {
    yield* this.#over(localPath, async function* (connection, file) {
      const source = await sourceOf(connection, file, contract, positions);
      yield* chunksOf(connection, rowsSql(contract, source), contract);
    });
  }

  async *readOthers(
    localPath: string,
    positions: readonly number[],
    sample: RecordSample,
  ): AsyncGenerator<ParquetTexts> {
    yield* this.#over(localPath, async function* (connection, file) {
      const columns = await describedColumns(connection, file);
      yield* textsOf(connection, othersSql(file, columns, positions, sample));
    });
  }

  async *#over<T>(
    localPath: string,
    read: (connection: DuckDBConnection, file: string) => AsyncGenerator<T>,
  ): AsyncGenerator<T> {
    const path = resolve(localPath);
    // A file that is not there is no damaged file.
    await access(path, constants.R_OK);
    const { instance, connection } = await open(this.#scratchDir);
    try {
      yield* read(connection, `read_parquet(${quoted(path)}, binary_as_string = true)`);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }
}

type OpenDatabase = { readonly instance: DuckDBInstance; readonly connection: DuckDBConnection };

async function open(directory: string): Promise<OpenDatabase> {
  let instance: DuckDBInstance | undefined;
  try {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    instance = await DuckDBInstance.create(':memory:', {
      memory_limit: '192MB',
      temp_directory: directory,
      // One thread, which keeps the order of the file; each row's number is checked all the same.
      threads: '1',
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    // An instant is written as its day in UTC, wherever this runs.
    await connection.run("SET TimeZone = 'UTC'");
    // In this order: once external access is off, neither setting can be changed back in this database.
    await connection.run(`SET allowed_directories = [${quoted(directory)}]`);
    await connection.run('SET enable_external_access = false');
    return { instance, connection };
  } catch (cause) {
    instance?.closeSync();
    throw new SqlEngineUnavailable(`DuckDB did not open over ${directory}: ${messageOf(cause)}`, { cause });
  }
}

/** The file and the text of each cell, in SQL. */
async function sourceOf(
  connection: DuckDBConnection,
  file: string,
  contract: Contract,
  positions: ReadonlyMap<string, number>,
): Promise<Pick<GuardedSource, 'from' | 'cells'>> {
  const columns = await describedColumns(connection, file);
  const cells = new Map<string, string>();
  for (const { name } of contract.columns) {
    const position = positions.get(name);
    if (position === undefined) continue;
    cells.set(name, textAt(columns, position, name));
  }
  return { from: byPlace(file, columns), cells };
}

type DescribedColumn = { readonly name: string; readonly type: string };

async function describedColumns(connection: DuckDBConnection, file: string): Promise<DescribedColumn[]> {
  const described = await attempt(() => connection.runAndReadAll(`DESCRIBE SELECT * FROM ${file}`));
  // The first two columns of what DESCRIBE gives are name and type, as text.
  return described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/** Columns are told by their places: a file may call one of them `file_row_number`, and two of them nearly the same. */
function byPlace(file: string, columns: readonly DescribedColumn[]): string {
  return `${file} AS f(${columns.map((_, position) => `f${position}`).join(', ')})`;
}

function textAt(columns: readonly DescribedColumn[], position: number, called: string): string {
  const column = columns[position];
  if (column === undefined)
    throw new RangeError(`${called} is at ${position}, but the file has ${columns.length} columns`);
  if (NESTED.test(column.type)) throw new UnreadableParquet(nestedColumn(column.name));
  return asText(`f${position}`, column.type);
}

function othersSql(
  file: string,
  columns: readonly DescribedColumn[],
  positions: readonly number[],
  { records, of }: RecordSample,
): string {
  const texts = positions.map((position) => textAt(columns, position, 'another column'));
  return `SELECT CAST(f.file_row_number + 1 AS INTEGER), ${texts.join(', ')} FROM ${byPlace(file, columns)} WHERE f.file_row_number % ${of} < ${records}`;
}

async function* textsOf(connection: DuckDBConnection, sql: string): AsyncGenerator<ParquetTexts> {
  const result = await attempt(() => connection.stream(sql));
  for (;;) {
    const chunk = await attempt(() => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    const [records, ...cells] = Array.from({ length: chunk.columnCount }, (_, at) =>
      chunk.getColumnVector(at),
    );
    for (let row = 0; row < chunk.rowCount; row += 1) {
      const texts = cells.map((cell) => {
        const text = cell.getItem(row);
        return text === null ? undefined : String(text);
      });
      yield { record: Number(records?.getItem(row)), texts };
    }
  }
}

const NESTED = /\[|^(?:STRUCT|MAP|UNION|VARIANT|GEOMETRY|LIST)\b/;

function asText(column: string, type: string): string {
  if (type === 'TIMESTAMP WITH TIME ZONE') return `CAST(CAST(${column} AS TIMESTAMP) AS VARCHAR)`;
  return type === 'BLOB' ? `decode(${column})` : `CAST(${column} AS VARCHAR)`;
}

function rowsSql(contract: Contract, source: Pick<GuardedSource, 'from' | 'cells'>): string {
  const guarded = guardedRowsSql(contract, { ...source, record: 'CAST(f.file_row_number + 1 AS INTEGER)' });
  const values = contract.columns.map((_, index) => `v${index}`);
  // Most rows are plain: their text need not leave the database.
  const texts = contract.columns.map((_, index) => `CASE WHEN plain THEN NULL ELSE c${index} END`);
  return `SELECT record, plain, ${[...values, ...texts].join(', ')} FROM (${guarded})`;
}

const RECORD = 0;
const PLAIN = 1;
const FIRST_VALUE = 2;

async function* chunksOf(
  connection: DuckDBConnection,
  sql: string,
  contract: Contract,
): AsyncGenerator<ParquetChunk> {
  const result = await attempt(() => connection.stream(sql));
  let next = 1;
  for (;;) {
    const chunk = await attempt(() => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    checkOrder(chunk, next);
    yield toParquetChunk(chunk, contract, next);
    next += chunk.rowCount;
  }
}

/** A record number is never inferred from a place alone: the rows of a query may come in another order. */
function checkOrder(chunk: DuckDBDataChunk, first: number): void {
  const records = chunk.getColumnVector(RECORD);
  for (let row = 0; row < chunk.rowCount; row += 1) {
    if (records.getItem(row) !== first + row) {
      throw new Error(`row ${first + row} of the Parquet file came out of order`);
    }
  }
}

function toParquetChunk(chunk: DuckDBDataChunk, contract: Contract, firstRecord: number): ParquetChunk {
  const { columns } = contract;
  const rows = chunk.rowCount;
  const plain = new Uint8Array(rows);
  const plainOf = chunk.getColumnVector(PLAIN);
  const others: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    if (plainOf.getItem(row) === true) plain[row] = 1;
    else others.push(row);
  }
  const cells = new Map<number, RawRow>();
  for (const row of others) cells.set(row, cellsAt(chunk, contract, row));
  const vectors = columns.map(({ type }, index) => vectorOf(chunk, FIRST_VALUE + index, type, plain));
  return { firstRecord, rows, plain, columns: vectors, cells };
}

function cellsAt(chunk: DuckDBDataChunk, { columns }: Contract, row: number): RawRow {
  const raw: Record<string, string> = {};
  for (const [index, { name }] of columns.entries()) {
    const text = chunk.getColumnVector(FIRST_VALUE + columns.length + index).getItem(row);
    if (text !== null) raw[name] = String(text);
  }
  return raw;
}

function vectorOf(chunk: DuckDBDataChunk, index: number, type: Vector['type'], plain: Uint8Array): Vector {
  const source = chunk.getColumnVector(index);
  const rows = plain.length;
  const present = new Uint8Array(rows).fill(1);
  const table = new TextTable();
  const codes = new Map<string, number>();
  const codeOf = (text: string): number => {
    const known = codes.get(text);
    if (known !== undefined) return known;
    const code = table.codeOf(text);
    codes.set(text, code);
    return code;
  };
  const values = type === 'decimal' ? new Float64Array(rows) : new Int32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    if (plain[row] === 0) continue;
    const value = source.getItem(row);
    if (value === null) present[row] = 0;
    else values[row] = type === 'text' ? codeOf(String(value)) : Number(value);
  }
  const nulls = present.includes(0) ? present : undefined;
  if (values instanceof Float64Array) return { type: 'decimal', values, present: nulls };
  if (type === 'text') return { type, values, dictionary: table.take(), present: nulls };
  if (type === 'boolean') return { type, values: Uint8Array.from(values), present: nulls };
  return { type: type === 'date' ? type : 'integer', values, present: nulls };
}

/** The path is not in the scratch directory, or the statement is wrong: no fault of the file. */
const NOT_THE_FILE = /^(?:Permission|Binder|Parser|Catalog) Error/;
const NOT_UTF8 = /Invalid string encoding|not valid UTF8|Failure in decode/;

/** The statements are ours and have been tried, so what fails is the file, unless memory or disk ran out. */
async function attempt<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const message = messageOf(cause);
    if (isOutOfResources(message)) throw new SqlEngineExhausted(message, { cause });
    if (NOT_THE_FILE.test(message)) throw new SqlStatementFailed(message, { cause });
    // DuckDB's words may hold cells, so they are not repeated to people.
    throw new UnreadableParquet(NOT_UTF8.test(message) ? WRONG_ENCODING : DAMAGED, { cause });
  }
}

const WRONG_ENCODING: Problem = {
  code: 'wrong-encoding',
  severity: 'error',
  message:
    'The Parquet file has text that is not UTF-8. Nothing was promoted. Export it again with text in UTF-8 and drop the new file.',
};

const DAMAGED: Problem = {
  code: 'damaged-file',
  severity: 'error',
  message:
    'The data of the Parquet file cannot be read: they are damaged or cut off. Nothing was promoted. Export it again and drop the new file.',
};

function nestedColumn(name: string): Problem {
  const column = shownName(name);
  const message = `Column ${JSON.stringify(column)} of the Parquet file holds lists or objects instead of single values. Nothing was read. Export it as a plain column and drop the file again.`;
  return { code: 'unsupported-format', severity: 'error', column, message };
}
