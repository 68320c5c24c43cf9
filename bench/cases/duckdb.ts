import { DuckDBInstance, type Json } from '@duckdb/node-api';

// DuckDB as anybody would use it, without the limits that the product sets it.

export type Duck = { run(sql: string): Promise<void>; rows(sql: string): Promise<readonly string[][]> };

/** A database with so many threads, closed when the work is done. */
export async function withDuck<T>(
  { threads, dir }: { readonly threads: number; readonly dir: string },
  work: (duck: Duck) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    temp_directory: dir,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    return await work({
      run: async (sql) => void (await connection.run(sql)),
      rows: async (sql) => (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.map(textOf)),
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** No value is an empty text, as it would be in a CSV file. */
function textOf(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
