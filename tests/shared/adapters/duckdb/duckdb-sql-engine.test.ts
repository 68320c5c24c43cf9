import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  duckDbSqlEngine,
  SqlEngineUnavailable,
  SqlStatementFailed,
} from '../../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import type { SqlRow, SqlSession } from '../../../../shared/ports/sql-engine.ts';

let scratchDir: string;
let sql: SqlSession;

beforeEach(async () => {
  scratchDir = await mkdtemp(join(tmpdir(), 'duckdb-'));
  sql = await duckDbSqlEngine.open(scratchDir);
});

afterEach(async () => {
  await sql[Symbol.asyncDispose]();
  await rm(scratchDir, { recursive: true, force: true });
});

describe('values', () => {
  it('gives decimals, dates and big integers as text, so that no cent is lost', async () => {
    const rows = await sql.rows(`
      SELECT 1::INTEGER AS small, 9007199254740993::BIGINT AS big, sum(1)::HUGEINT AS huge,
        12345678901234567.89::DECIMAL(38, 2) AS money, DATE '2025-12-10' AS day, true AS flag, 'a' AS text, NULL AS nothing`);

    expect(rows).toEqual([
      {
        small: 1,
        big: '9007199254740993',
        huge: '1',
        money: '12345678901234567.89',
        day: '2025-12-10',
        flag: true,
        text: 'a',
        nothing: null,
      },
    ]);
  });

  it('refuses a column that is not a plain value', async () => {
    await expect(sql.rows('SELECT [1, 2] AS list')).rejects.toThrow('column list is a list or a struct');
  });

  it('runs several statements and gives the rows of the last', async () => {
    await sql.run('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2);');

    expect(await sql.rows('SELECT count(*)::INTEGER AS n FROM t')).toEqual([{ n: 2 }]);
  });
});

describe('batches', () => {
  it('give every row as `rows` does, and hold few of them at a time', async () => {
    const query = 'SELECT i::INTEGER AS i, (i / 100)::DECIMAL(9, 2) AS money FROM range(10000) AS r(i)';
    const sizes: number[] = [];
    const rows: SqlRow[] = [];
    for await (const batch of sql.batches(query)) {
      sizes.push(batch.length);
      rows.push(...batch);
    }
    const byNumber = (a: SqlRow, b: SqlRow): number => Number(a['i']) - Number(b['i']);

    expect(rows.toSorted(byNumber)).toEqual((await sql.rows(query)).toSorted(byNumber));
    expect(Math.max(...sizes)).toBeLessThan(5_000);
  });

  it.each([
    ['SELECT nothing', 'Binder Error'],
    ['SELECT [1] AS list', 'column list is a list or a struct'],
    ["SELECT CASE WHEN i < 9000 THEN i ELSE error('too far') END AS i FROM range(10000) AS r(i)", 'too far'],
  ])('refuse %s', async (query, words) => {
    const read = async (): Promise<void> => {
      for await (const batch of sql.batches(query)) expect(batch.length).toBeGreaterThan(0);
    };

    await expect(read()).rejects.toThrow(words);
    await expect(read()).rejects.toBeInstanceOf(SqlStatementFailed);
  });
});

describe('numbers', () => {
  async function columnsOf(query: string): Promise<unknown[][]> {
    const pieces: unknown[][] = [];
    for await (const { columns } of sql.numbers(query))
      for (const [index, { scale, values }] of columns.entries())
        pieces[index] = [...(pieces[index] ?? [scale]), ...values];
    return pieces;
  }

  it('gives decimals in units of their scale, dates as days, and nothing as NaN, all of them exact', async () => {
    const columns = await columnsOf(`
      SELECT * FROM (VALUES
        (12.50::DECIMAL(18, 2), 0.36::DECIMAL(18, 6), DATE '1970-01-03', 7, true, 9007199254740991::BIGINT, 1.5::DECIMAL(4, 1), 2::DECIMAL(38, 0)),
        (-90071992547409.91, NULL, DATE '1969-12-31', -7, false, 1, NULL, NULL)
      ) AS cells (money, rate, day, whole, flag, big, narrow, wide) ORDER BY money DESC`);

    expect(columns).toEqual([
      [2, 1_250, -9_007_199_254_740_991],
      [6, 360_000, Number.NaN],
      [0, 2, -1],
      [0, 7, -7],
      [0, 1, 0],
      [0, 9_007_199_254_740_991, 1],
      [1, 15, Number.NaN],
      [0, 2, Number.NaN],
    ]);
  });

  it('gives every row of a large result, and none of an empty one', async () => {
    const [values = []] = await columnsOf('SELECT i::INTEGER FROM range(10000) AS r(i) ORDER BY i');

    expect(values).toHaveLength(10_001);
    expect(values.at(-1)).toBe(9_999);
    expect(await columnsOf('SELECT 1 WHERE false')).toEqual([]);
  });

  it.each([
    ["SELECT 1, 'a'", 'column 2 holds no numbers'],
    ['SELECT INTERVAL 3 DAY', 'column 1 holds no numbers'],
    ['SELECT 0.5::DOUBLE', 'column 1 holds a number that is not exact'],
    ['SELECT 9007199254740992::BIGINT', 'column 1 holds a number that is not exact'],
    ['SELECT nothing', 'Binder Error'],
  ])('refuses %s', async (query, words) => {
    const failure = await columnsOf(query).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(SqlStatementFailed);
    expect(String(failure)).toContain(words);
  });
});

describe('errors', () => {
  it('names the statement and keeps the cause', async () => {
    const failure = await sql.run('SELECT *\n  FROM nowhere').catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(SqlStatementFailed);
    expect(failure).toHaveProperty('name', 'SqlStatementFailed');
    expect(failure).toHaveProperty(
      'message',
      expect.stringMatching(/^Catalog Error: .*nowhere does not exist[^]*\(in: SELECT \* FROM nowhere\)$/),
    );
    expect(failure).toHaveProperty('cause.message', expect.stringContaining('nowhere'));
  });

  it('says when the database could not be opened', async () => {
    const failure = await duckDbSqlEngine
      .open(join(scratchDir, 'not a path\u0000'))
      .catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(SqlEngineUnavailable);
    expect(failure).toHaveProperty('message', expect.stringMatching(/^DuckDB did not open over /));
    expect(failure).toHaveProperty('cause.message', expect.any(String));
  });
});

describe('confinement', () => {
  it('reads and writes files in its scratch directory', async () => {
    const file = join(scratchDir, 'a.parquet');

    await sql.run(`COPY (SELECT 1 AS a) TO '${file}' (FORMAT parquet)`);

    expect(await sql.rows(`SELECT * FROM read_parquet('${file}')`)).toEqual([{ a: 1 }]);
  });

  it.each([
    ['a file elsewhere', () => `SELECT * FROM read_text('${import.meta.filename}')`],
    ['a way out of the directory', () => `COPY (SELECT 1) TO '${scratchDir}/../out.csv'`],
    ['the network', () => `SELECT * FROM read_csv('https://example.com/a.csv')`],
    ['an extension', () => 'INSTALL httpfs'],
    ['another database', () => `ATTACH '${tmpdir()}/other.db'`],
    ['its own release', () => 'SET enable_external_access = true'],
    ['more room', () => `SET allowed_directories = ['/']`],
  ])('refuses %s', async (_what, statement) => {
    await expect(sql.run(statement())).rejects.toThrow(SqlStatementFailed);
  });

  it('gives each session an empty database', async () => {
    await sql.run('CREATE TABLE t (a INTEGER)');
    await using other = await duckDbSqlEngine.open(scratchDir);

    await expect(other.rows('SELECT * FROM t')).rejects.toThrow('does not exist');
  });

  it('has a memory limit and spills into its scratch directory', async () => {
    const settings = await sql.rows(
      `SELECT current_setting('memory_limit') AS memory, current_setting('temp_directory') AS spill`,
    );

    expect(settings).toEqual([{ memory: expect.stringMatching(/^2\d\d\.\d MiB$/), spill: scratchDir }]);
  });
});

it('answers nothing after it was closed', async () => {
  const closed = await duckDbSqlEngine.open(scratchDir);

  await closed[Symbol.asyncDispose]();

  await expect(closed.rows('SELECT 1')).rejects.toThrow(SqlStatementFailed);
});
