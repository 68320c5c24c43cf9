import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, Json } from '@duckdb/node-api';
import type {
  NumberBatch,
  SqlEngine,
  SqlLimits,
  SqlRow,
  SqlSession,
  SqlValue,
} from '../../ports/sql-engine.ts';
import { SqlEngineExhausted } from '../../ports/sql-engine.ts';
import { isOutOfResources, messageOf } from './duckdb-errors.ts';
import { numberBatch } from './number-columns.ts';
import { quoted } from './sql-text.ts';

// DuckDB in this process. The native library takes about a tenth of a second to load, so it is imported when the
// first session opens and costs nothing at cold start.

/** A statement was refused or broke off. The message holds the engine's words and the statement's beginning. */
export class SqlStatementFailed extends Error {
  override readonly name = 'SqlStatementFailed';
}

/** The database could not be opened: the native library is missing, or the scratch directory is unusable. */
export class SqlEngineUnavailable extends Error {
  override readonly name = 'SqlEngineUnavailable';
}

export const duckDbSqlEngine: SqlEngine = { open: openDuckDb };

async function openDuckDb(scratchDir: string, limits?: SqlLimits): Promise<SqlSession> {
  const directory = resolve(scratchDir);
  let instance: DuckDBInstance | undefined;
  try {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    instance = await DuckDBInstance.create(':memory:', {
      // Measured: ten million rows take the same time with 256 MB as with 1 GB, since DuckDB spills.
      memory_limit: `${limits?.memoryMegabytes ?? 256}MB`,
      temp_directory: directory,
      // Each thread holds buffers that cannot be spilled: four of them ran out of 256 MB over three million rows.
      threads: String(limits?.threads ?? Math.min(availableParallelism(), 2)),
      // Rows without an ORDER BY may come in any order; keeping theirs would cost memory.
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    // In this order: once external access is off, neither setting can be changed back in this database.
    await connection.run(`SET allowed_directories = [${quoted(directory)}]`);
    await connection.run('SET enable_external_access = false');
    return new DuckDbSession(instance, connection);
  } catch (cause) {
    instance?.closeSync();
    throw new SqlEngineUnavailable(`DuckDB did not open over ${directory}: ${messageOf(cause)}`, { cause });
  }
}

class DuckDbSession implements SqlSession {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  async run(sql: string): Promise<void> {
    await this.#attempt(sql, () => this.#connection.run(sql));
  }

  async rows(sql: string): Promise<readonly SqlRow[]> {
    const reader = await this.#attempt(sql, () => this.#connection.runAndReadAll(sql));
    return reader.getRowObjectsJson().map(toSqlRow);
  }

  async *batches(sql: string): AsyncGenerator<readonly SqlRow[]> {
    const result = await this.#attempt(sql, () => this.#connection.stream(sql));
    const chunks = result.yieldRowObjectJson();
    for (;;) {
      const next = await this.#attempt(sql, () => chunks.next());
      if (next.done === true) return;
      yield next.value.map(toSqlRow);
    }
  }

  async *numbers(sql: string): AsyncGenerator<NumberBatch> {
    const result = await this.#attempt(sql, () => this.#connection.stream(sql));
    for (;;) {
      const batch = await this.#attempt(sql, async () => {
        const chunk = await result.fetchChunk();
        return chunk === null || chunk.rowCount === 0 ? undefined : numberBatch(chunk);
      });
      if (batch === undefined) return;
      yield batch;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #attempt<T>(sql: string, execute: () => Promise<T>): Promise<T> {
    try {
      return await execute();
    } catch (cause) {
      const start = sql.replaceAll(/\s+/g, ' ').trim().slice(0, 120);
      const message = `${messageOf(cause)} (in: ${start})`;
      if (isOutOfResources(message)) throw new SqlEngineExhausted(message, { cause });
      throw new SqlStatementFailed(message, { cause });
    }
  }
}

function toSqlRow(row: Record<string, Json>): SqlRow {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, toSqlValue(column, value)]),
  );
}

function toSqlValue(column: string, value: Json): SqlValue {
  if (value === null || typeof value !== 'object') return value;
  throw new SqlStatementFailed(`column ${column} is a list or a struct; select plain columns`);
}
