import { rename } from 'node:fs/promises';
import type { CellType } from '../csv-file.ts';
import { type TypedTable, typeOf } from './typed-rows.ts';

/** `number` is DOUBLE, since its cells may have more digits than a decimal of the lender has. */
const SQL_TYPES: Readonly<Record<CellType, string>> = {
  text: 'VARCHAR',
  date: 'DATE',
  integer: 'BIGINT',
  money: 'DECIMAL(18,2)',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
};

/** A Parquet file with a type for each column; empty cells are null. One thread, so that the bytes repeat. */
export async function writeParquet(table: TypedTable, path: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '512MB' });
  const connection = await instance.connect();
  const columns = table.header
    .map((column) => `${quoted(column)}: ${quoted(SQL_TYPES[typeOf(table, column)])}`)
    .join(', ');
  const partial = `${path}.partial`;
  try {
    // `strict_mode` refuses what does not parse, and no cell but an empty one is null.
    await connection.run(
      `COPY (FROM read_csv(${quoted(table.path)}, columns = {${columns}}, header = true, delim = ',', quote = '"',
         escape = '"', nullstr = '', auto_detect = false, strict_mode = true))
       TO ${quoted(partial)} (FORMAT parquet, COMPRESSION snappy)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  await rename(partial, path);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
