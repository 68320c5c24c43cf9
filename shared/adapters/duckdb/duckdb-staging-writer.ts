import type { DuckDBConnection, DuckDBInstance, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { CellValue } from '../../contracts/cell-parser.ts';
import type { Column, Contract } from '../../contracts/contract.ts';
import type { TypedRow } from '../../contracts/row-rules.ts';
import { rational } from '../../domain/rational.ts';
import type { RowBatch } from '../../ports/file-reader.ts';
import type { ControlTotals, StagingWriter } from '../../ports/staging-writer.ts';

type DuckDB = typeof import('@duckdb/node-api');

const CHUNK_ROWS = 2_048;

/**
 * Rows go into a table chunk by chunk and come out as one Parquet file, sorted by record number and written by
 * one thread, so that the same rows give the same bytes. Beyond its memory limit DuckDB spills to `scratchDir`.
 */
export class DuckDbStagingWriter implements StagingWriter {
  readonly #contract: Contract;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #duckdb: DuckDB;

  private constructor(
    contract: Contract,
    duckdb: DuckDB,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
  ) {
    this.#contract = contract;
    this.#duckdb = duckdb;
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(contract: Contract, scratchDir: string): Promise<DuckDbStagingWriter> {
    const duckdb = await import('@duckdb/node-api');
    const instance = await duckdb.DuckDBInstance.create(':memory:', {
      memory_limit: '256MB',
      temp_directory: scratchDir,
      threads: '1',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    const columns = contract.columns.map((column) => `"${column.name}" ${sqlType(column)}`);
    await connection.run(`CREATE TABLE staged (record_number BIGINT, ${columns.join(', ')})`);
    return new DuckDbStagingWriter(contract, duckdb, instance, connection);
  }

  async append(batch: RowBatch): Promise<void> {
    const { DuckDBDataChunk } = this.#duckdb;
    const types = columnTypes(this.#duckdb, this.#contract);
    const appender = await this.#connection.createAppender('staged');
    for (let start = 0; start < batch.length; start += CHUNK_ROWS) {
      const end = Math.min(start + CHUNK_ROWS, batch.length);
      const chunk = DuckDBDataChunk.create(types, end - start);
      chunk.setColumns([
        batch.recordNumbers.slice(start, end).map(BigInt),
        ...this.#contract.columns.map((column, index) =>
          (batch.columns[index] ?? []).slice(start, end).map((value) => this.#toDuckDb(column, value)),
        ),
      ]);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  async remove(recordNumbers: readonly number[]): Promise<readonly TypedRow[]> {
    if (recordNumbers.length === 0) return [];
    const list = recordNumbers.map((number) => BigInt(number)).join(', ');
    const columns = this.#contract.columns.map(unitsExpression);
    const where = `WHERE record_number IN (${list})`;
    const reader = await this.#connection.runAndReadAll(
      `SELECT record_number, ${columns.join(', ')} FROM staged ${where} ORDER BY record_number`,
    );
    const rows = reader.getRowObjects().map((row) => this.#typedRow(row));
    await this.#connection.run(`DELETE FROM staged ${where}`);
    return rows;
  }

  async finish(localPath: string): Promise<{ rows: number; totals: ControlTotals }> {
    const file = `'${localPath.replaceAll("'", "''")}'`;
    await this.#connection.run(
      `COPY (SELECT * FROM staged ORDER BY record_number) TO ${file} (FORMAT parquet, COMPRESSION zstd)`,
    );
    const decimals = this.#contract.columns.filter(({ type }) => type === 'decimal');
    const sums = decimals.map(({ name }) => `coalesce(sum("${name}"), 0)::VARCHAR AS "${name}"`);
    const reader = await this.#connection.runAndReadAll(
      `SELECT ${['count(*)::INTEGER AS row_count', ...sums].join(', ')} FROM read_parquet(${file})`,
    );
    const [row = {}] = reader.getRowObjects();
    const totals = Object.fromEntries(
      decimals.map(({ name, scale }) => [name, toUnits(String(row[name]), scale ?? 0)]),
    );
    return { rows: Number(row['row_count']), totals };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #toDuckDb(column: Column, value: CellValue): DuckDBValue {
    if (value === null) return null;
    if (column.type === 'date') return new this.#duckdb.DuckDBDateValue(Number(value));
    if (column.type === 'decimal') {
      return new this.#duckdb.DuckDBDecimalValue(BigInt(Number(value)), 18, column.scale ?? 0);
    }
    return value;
  }

  #typedRow(row: Readonly<Record<string, unknown>>): TypedRow {
    const entries = this.#contract.columns.map(({ name, type }): [string, CellValue] => {
      const value = row[name];
      if (value === null || value === undefined) return [name, null];
      if (type === 'boolean') return [name, value === true];
      return [name, typeof value === 'string' ? value : Number(value)];
    });
    return Object.fromEntries(entries);
  }
}

/** DECIMAL and DATE as the integers that a typed row holds. */
function unitsExpression({ name, type, scale }: Column): string {
  if (type === 'decimal') return `("${name}" * ${10 ** (scale ?? 0)})::BIGINT AS "${name}"`;
  if (type === 'date') return `("${name}" - DATE '1970-01-01')::BIGINT AS "${name}"`;
  return `"${name}"`;
}

function columnTypes(
  { BIGINT, BOOLEAN, DATE, DECIMAL, INTEGER, VARCHAR }: DuckDB,
  contract: Contract,
): DuckDBType[] {
  const types = { text: VARCHAR, boolean: BOOLEAN, date: DATE, integer: INTEGER };
  return [
    BIGINT,
    ...contract.columns.map(({ type, scale }) =>
      type === 'decimal' ? DECIMAL(18, scale ?? 0) : types[type],
    ),
  ];
}

function sqlType({ type, scale }: Column): string {
  if (type === 'decimal') return `DECIMAL(18, ${scale ?? 0})`;
  return { text: 'VARCHAR', boolean: 'BOOLEAN', date: 'DATE', integer: 'INTEGER' }[type];
}

function toUnits(decimal: string, scale: number): bigint {
  const value = rational(decimal);
  return (value.numerator * 10n ** BigInt(scale)) / value.denominator;
}
