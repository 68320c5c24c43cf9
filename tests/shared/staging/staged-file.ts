import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import { DuckDBDateValue, DuckDBDecimalValue, DuckDBInstance } from '@duckdb/node-api';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { temporaryFolders } from '../../../shared/adapters/environment/temporary-folders.ts';
import type { CellValue } from '../../../shared/contracts/cell-parser.ts';
import type { Column, Contract } from '../../../shared/contracts/contract.ts';
import { BatchBuilder, type ColumnBatch, cellAt } from '../../../shared/decode/column-batch.ts';
import { ParquetFile } from '../../../shared/staging/parquet-file.ts';
import { encodeRowGroup } from '../../../shared/staging/parquet-row-group.ts';
import { aContract } from '../../support/a-contract.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Rows of cells as a reader would hand them on; record numbers rise by one, or as given. */
export function aBatch(
  columns: readonly Column[],
  rows: readonly (readonly CellValue[])[],
  recordNumbers: readonly number[] = rows.map((_, index) => index + 1),
): ColumnBatch {
  const builder = new BatchBuilder({ columns });
  for (const [index, row] of rows.entries()) {
    for (const [at, column] of builder.columns.entries()) column.set(index, row[at] ?? null);
    builder.endRow(recordNumbers[index] ?? 0);
  }
  return builder.take();
}

/** What the batches hold, cell by cell. */
export function rowsOf(columns: readonly Column[], batches: readonly ColumnBatch[]): Row[] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.rows }, (_, row) => ({
      record_number: batch.recordNumbers[row],
      ...Object.fromEntries(
        batch.columns.map((vector, index) => [columns[index]?.name, cellAt(vector, row)]),
      ),
    })),
  );
}

/** The first row that is not as expected: to show all the differences of many rows would take minutes. */
export function firstDifference(
  rows: readonly Row[],
  expected: readonly Row[],
): { index: number; row: Row | undefined; expected: Row | undefined } | undefined {
  for (let index = 0; index < Math.max(rows.length, expected.length); index += 1) {
    if (isDeepStrictEqual(rows[index], expected[index])) continue;
    return { index, row: rows[index], expected: expected[index] };
  }
  return undefined;
}

/** Writes the batches into a staging file that is gone after `use`. */
export async function withStagedFile<Result>(
  columns: readonly Column[],
  batches: readonly ColumnBatch[],
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  await using folder = await temporaryFolders.open();
  const path = join(folder.dir, 'staged.parquet');
  await stage(path, aContract({ columns }), batches);
  return await use(path);
}

export async function stage(
  path: string,
  contract: Contract,
  batches: readonly ColumnBatch[],
): Promise<{ rows: number; bytes: number }> {
  await using file = await ParquetFile.open(path, contract);
  for (const batch of batches) await file.append(encodeRowGroup(batch, contract.columns));
  return await file.finish();
}

/** Calls `use` with a function that asks a DuckDB of its own; decimals and days come as the numbers of a cell. */
export async function withDuckDb<Result>(
  use: (query: (sql: string) => Promise<Row[]>) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return await use(async (sql) => {
      const rows = (await connection.runAndReadAll(sql)).getRowObjects();
      return rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value)])),
      );
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function plain(value: unknown): unknown {
  if (value instanceof DuckDBDecimalValue) return Number(value.value);
  return value instanceof DuckDBDateValue ? value.days : value;
}

/** The rows as hyparquet reads them. The meaning of decimals is left out, since it would turn them into floats. */
export async function readByHyparquet(path: string): Promise<Row[]> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  for (const element of metadata.schema) {
    if (element.converted_type !== 'DECIMAL' && element.converted_type !== 'DATE') continue;
    delete element.converted_type;
    delete element.logical_type;
  }
  const rows = await parquetReadObjects({
    file,
    metadata,
    compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
  });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        typeof value === 'bigint' ? Number(value) : (value ?? null),
      ]),
    ),
  );
}
