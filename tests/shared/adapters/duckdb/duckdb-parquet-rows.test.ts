import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DuckDbParquetRows } from '../../../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import type { CellValue } from '../../../../shared/contracts/cell-parser.ts';
import type { Column, Contract } from '../../../../shared/contracts/contract.ts';
import { type RawRow, rowJudge } from '../../../../shared/contracts/row-schema.ts';
import { cellAt } from '../../../../shared/decode/column-batch.ts';
import { jsonRecords } from '../../../../shared/decode/json/json-records.ts';
import type { ProblemCode } from '../../../../shared/domain/problem.ts';
import { formatScaled } from '../../../../shared/domain/rational.ts';
import { type ParquetChunk, UnreadableParquet } from '../../../../shared/ports/parquet-rows.ts';
import { aColumn, aContract } from '../../../support/a-contract.ts';
import { inOneChunk } from '../../../support/byte-chunks.ts';

const SEED = 20_251_210;

let scratchDir: string;
let file: string;
let rows: DuckDbParquetRows;

let instance: DuckDBInstance;
let writer: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  writer = await instance.connect();
});

afterAll(() => {
  writer.closeSync();
  instance.closeSync();
});

beforeEach(async () => {
  scratchDir = await mkdtemp(join(tmpdir(), 'parquet-rows-'));
  file = join(scratchDir, "loans' file.parquet");
  rows = new DuckDbParquetRows(scratchDir);
});

afterEach(async () => {
  await rm(scratchDir, { recursive: true, force: true });
});

async function write(select: string, options = ''): Promise<void> {
  const target = file.replaceAll("'", "''");
  await writer.run(`COPY (${select}) TO '${target}' (FORMAT parquet ${options})`);
}

/** Columns of the file in the order of the contract. */
async function chunks(contract: Contract): Promise<ParquetChunk[]> {
  const positions = new Map(contract.columns.map(({ name }, index) => [name, index]));
  const all: ParquetChunk[] = [];
  for await (const chunk of rows.read(file, contract, positions)) all.push(chunk);
  return all;
}

type TypedCells = readonly CellValue[] | readonly ProblemCode[];

/** The values of each row, or the codes of what is wrong with it, as the intake puts them together. */
async function typedRows(contract: Contract): Promise<TypedCells[]> {
  const judge = referenceFor(contract);
  return (await chunks(contract)).flatMap((chunk) =>
    Array.from({ length: chunk.rows }, (_, row) =>
      chunk.plain[row] === 1
        ? chunk.columns.map((column) => cellAt(column, row))
        : judge(chunk.cells.get(row) ?? {}),
    ),
  );
}

function referenceFor(contract: Contract): (raw: RawRow) => TypedCells {
  const judge = rowJudge(contract);
  return (raw) => {
    const verdict = judge(raw);
    return verdict.kind === 'accepted'
      ? contract.columns.map(({ name }) => verdict.row[name] ?? null)
      : verdict.issues.map(({ code }) => code);
  };
}

async function refusal(contract: Contract) {
  try {
    await chunks(contract);
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableParquet) return error.problem;
    throw error;
  }
}

const MONEY = aColumn({ type: 'decimal', scale: 2, excessScale: 'reject', nullable: true });
const WHOLE = aColumn({ type: 'integer', nullable: true });
const DAY = aColumn({ type: 'date', nullable: true });
const FLAG = aColumn({ type: 'boolean', nullable: true });
const WORD = aColumn({ nullable: true });

describe('a cell', () => {
  it.each<[sql: string, column: Column, value: CellValue | { bad: ProblemCode }]>([
    ["' 12.50 '::VARCHAR", MONEY, 1_250],
    ['12.5::DECIMAL(18, 6)', MONEY, 1_250],
    ['12.505::DECIMAL(18, 3)', MONEY, { bad: 'excess-scale' }],
    ['90071992547409.91::DECIMAL(38, 2)', MONEY, 9_007_199_254_740_991],
    ['90071992547409.92::DECIMAL(38, 2)', MONEY, { bad: 'out-of-range' }],
    ['12.5::DOUBLE', MONEY, 1_250],
    ['0.1::FLOAT', MONEY, 10],
    ['(0.1::DOUBLE + 0.2::DOUBLE)', MONEY, 30],
    ['1e15::DOUBLE', MONEY, { bad: 'out-of-range' }],
    ["'nan'::DOUBLE", MONEY, null],
    ["'inf'::DOUBLE", MONEY, { bad: 'text-in-number' }],
    ['NULL::DOUBLE', MONEY, null],
    ['7::TINYINT', MONEY, 700],
    ['7::UBIGINT', WHOLE, 7],
    ['(-7)::HUGEINT', WHOLE, -7],
    ['7::DOUBLE', WHOLE, 7],
    ['7.5::DOUBLE', WHOLE, { bad: 'text-in-number' }],
    ['2147483648::BIGINT', WHOLE, { bad: 'out-of-range' }],
    ['7::BIGINT', WORD, '7'],
    ["DATE '2025-11-30'", DAY, 20_422],
    ["DATE '1969-12-31'", DAY, -1],
    ["'infinity'::DATE", DAY, { bad: 'impossible-date' }],
    ["TIMESTAMP '2025-11-30 00:00:00'", DAY, 20_422],
    ["TIMESTAMP_MS '2025-11-30 00:00:00'", DAY, 20_422],
    ["TIMESTAMP_NS '2025-11-30 00:00:00'", DAY, 20_422],
    ["TIMESTAMPTZ '2025-11-30 00:00:00+00'", DAY, 20_422],
    ["TIMESTAMPTZ '2025-11-29 18:00:00-06'", DAY, 20_422],
    ["TIMESTAMP '2025-11-30 12:00:00'", DAY, { bad: 'impossible-date' }],
    ["'2025-11-30T00:00:00Z'", DAY, 20_422],
    ["'2025-02-30'", DAY, { bad: 'impossible-date' }],
    ["TIME '12:00:00'", DAY, { bad: 'impossible-date' }],
    ['true', FLAG, true],
    ["'FALSE'", FLAG, false],
    ['1::INTEGER', FLAG, true],
    ['true', WORD, 'true'],
    ["encode('Cuscatlán')", WORD, 'Cuscatlán'],
    ["'Cuscatlán 😀'", WORD, 'Cuscatlán 😀'],
    ["'USD'::ENUM ('USD', 'EUR')", WORD, 'USD'],
    ["'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID", WORD, '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
    ["'n/a'", WORD, null],
  ])('that is %s is what it would be in a CSV file', async (sql, column, value) => {
    await write(`SELECT 'L1' AS id, ${sql} AS amount`);

    const [cells] = await typedRows(aContract({ columns: [aColumn({ name: 'id' }), column] }));

    expect(cells).toEqual(typeof value === 'object' && value !== null ? [value.bad] : ['L1', value]);
  });

  it('is found by its place, whatever the column is called', async () => {
    await write(`SELECT 'L1' AS "a ""b""", 2 AS "Ünit; DROP", 'x' AS file_row_number`);

    const contract = aContract({ columns: [aColumn({ name: 'id' }), WHOLE, aColumn({ name: 'word' })] });

    expect(await typedRows(contract)).toEqual([['L1', 2, 'x']]);
  });

  it('of a column that the file does not have is empty', async () => {
    await write(`SELECT 'L1' AS id`);
    const contract = aContract({ columns: [WORD, aColumn({ name: 'id' })] });

    const read: ParquetChunk[] = [];
    for await (const chunk of rows.read(file, contract, new Map([['id', 0]]))) read.push(chunk);

    expect(read.map(({ columns }) => columns.map((column) => cellAt(column, 0)))).toEqual([[null, 'L1']]);
  });
});

describe('rows', () => {
  const contract = aContract({
    columns: [
      aColumn({ name: 'id' }),
      aColumn({ name: 'amount', type: 'decimal', scale: 2, excessScale: 'round' }),
    ],
  });

  it('come in the order of the file with their numbers, plain or as text', async () => {
    await write(
      `SELECT 'L' || i AS id, CASE WHEN i % 1000 = 7 THEN 'oops' ELSE (i / 4)::VARCHAR END AS amount FROM range(1, 30001) r(i)`,
      ', ROW_GROUP_SIZE 4096',
    );

    const read = await chunks(contract);

    let next = 1;
    for (const { firstRecord, rows, plain, columns, cells } of read) {
      expect(firstRecord).toBe(next);
      for (let row = 0; row < rows; row += 1) {
        const record = firstRecord + row;
        expect(plain[row]).toBe(record % 1_000 === 7 ? 0 : 1);
        if (plain[row] === 0) expect(cells.get(row)).toEqual({ id: `L${record}`, amount: 'oops' });
        else expect(columns.map((column) => cellAt(column, row))).toEqual([`L${record}`, record * 25]);
      }
      expect(cells.size).toBe(plain.filter((flag) => flag === 0).length);
      next += rows;
    }
    expect(next).toBe(30_001);
  });

  it('with float residue are left to the reference, which remarks on them', async () => {
    await write(`SELECT 'L1' AS id, '0.009999999999990905'::DOUBLE AS amount`);

    const [chunk] = await chunks(contract);

    expect(chunk?.plain).toEqual(Uint8Array.of(0));
    expect(chunk?.cells.get(0)).toEqual({ id: 'L1', amount: '0.009999999999990905' });
  });

  it('that break a rule are left to the reference', async () => {
    await write(`SELECT * FROM (VALUES ('L1', 1, 2), ('L2', 2, 1)) t(id, a, b)`);
    const ruled = aContract({
      columns: [
        aColumn({ name: 'id' }),
        aColumn({ name: 'a', type: 'integer' }),
        aColumn({ name: 'b', type: 'integer' }),
      ],
      rules: [{ kind: 'includes', code: 'par-nesting', severity: 'error', column: 'a', part: 'b' }],
    });

    const [chunk] = await chunks(ruled);

    expect(chunk?.plain).toEqual(Uint8Array.of(0, 1));
  });

  it('may be none', async () => {
    await write(`SELECT 'L1' AS id, 1 AS amount LIMIT 0`);

    expect(await chunks(contract)).toEqual([]);
  });

  it('need not all be read', async () => {
    await write(`SELECT 'L' || i AS id, '1' AS amount FROM range(100000) r(i)`);

    for await (const { firstRecord } of rows.read(
      file,
      contract,
      new Map([
        ['id', 0],
        ['amount', 1],
      ]),
    )) {
      expect(firstRecord).toBe(1);
      break;
    }

    expect(await readdir(scratchDir)).toEqual(["loans' file.parquet"]);
  });
});

describe('a table', () => {
  const columns = [
    aColumn({ name: 'id', nullable: true }),
    aColumn({ name: 'amount', type: 'decimal', scale: 2, nullable: true }),
    aColumn({ name: 'days', type: 'integer', nullable: true }),
    aColumn({ name: 'day', type: 'date', nullable: true }),
    aColumn({ name: 'flag', type: 'boolean', nullable: true }),
  ];
  const types = ['VARCHAR', 'DECIMAL(18, 2)', 'INTEGER', 'DATE', 'BOOLEAN'];
  const contract = aContract({ columns });
  const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 5 });
  const row = fc.tuple(
    orNull(fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0'))),
    orNull(fc.maxSafeInteger().map((units) => formatScaled(units, 2))),
    orNull(fc.integer().map(String)),
    orNull(
      fc
        .integer({ min: -700_000, max: 2_900_000 })
        .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10))
        .filter((day) => day >= '0001' && !day.startsWith('+')),
    ),
    orNull(fc.boolean().map(String)),
  );
  const RAW = [false, true, true, false, true];

  it('has the same typed rows as Parquet of text, as typed Parquet, as a list in JSON and as lines of JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 30 }), async (table) => {
        const judge = referenceFor(contract);
        const expected = table.map((cells) =>
          judge(Object.fromEntries(columns.map(({ name }, at) => [name, cells[at] ?? undefined]))),
        );
        const objects = table.map((cells) => jsonOf(columns, cells));

        expect(
          await asParquet(
            table,
            columns.map(() => 'VARCHAR'),
          ),
        ).toEqual(expected);
        expect(await asParquet(table, types)).toEqual(expected);
        expect(await asJson(`[${objects.join(',\n')}]`, judge)).toEqual(expected);
        expect(await asJson(objects.join('\n'), judge)).toEqual(expected);
      }),
      { seed: SEED, numRuns: 25 },
    );
  });

  async function asParquet(table: (string | null)[][], as: string[]): Promise<TypedCells[]> {
    const literal = (text: string | null): string =>
      text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
    const casts = columns.map(({ name }, at) => `CAST(${name} AS ${as[at]}) AS ${name}`);
    const values = table.map((cells) => `(${cells.map(literal).join(', ')})`).join(', ');
    await write(
      `SELECT ${casts.join(', ')} FROM (VALUES ${values}) t(${columns.map(({ name }) => name).join(', ')})`,
    );
    return typedRows(contract);
  }

  function jsonOf(columns: readonly Column[], cells: readonly (string | null)[]): string {
    const members = columns.map(({ name }, at) => {
      const cell = cells[at] ?? null;
      return `"${name}":${cell === null || RAW[at] === true ? cell : JSON.stringify(cell)}`;
    });
    return `{${members.join(',')}}`;
  }

  async function asJson(text: string, judge: (raw: RawRow) => TypedCells): Promise<TypedCells[]> {
    const read: TypedCells[] = [];
    for await (const record of jsonRecords(inOneChunk(text))) {
      if (record.kind === 'malformed') throw new Error(record.malformed);
      read.push(judge(Object.fromEntries(record.fields)));
    }
    return read;
  }
});

describe('a file', () => {
  const contract = aContract({ columns: [aColumn({ name: 'id' }), MONEY] });

  it.each(['[1, 2]', "{'a': 1}", "MAP {'a': 1}", '[[1]]'])(
    'is refused where a column holds %s',
    async (value) => {
      await write(`SELECT 'L1' AS id, ${value} AS amount`);

      expect(await refusal(contract)).toMatchObject({ code: 'unsupported-format', column: 'amount' });
    },
  );

  it('is refused with text that is not UTF-8', async () => {
    await write(`SELECT 'L1' AS id, '\\xFF\\xFE'::BLOB AS amount`);

    expect(await refusal(contract)).toMatchObject({ code: 'wrong-encoding' });
  });

  it('is damaged wherever it is cut off', async () => {
    await write(
      `SELECT 'L' || i AS id, (i % 7)::VARCHAR AS amount FROM range(5000) r(i)`,
      ', ROW_GROUP_SIZE 2048',
    );
    const { length } = await readFile(file);

    for (const size of [length - 1, length - 8, length - 100, length >> 1, 100, 12, 4, 1, 0]) {
      await truncate(file, size);

      expect(await refusal(contract)).toMatchObject({ code: 'damaged-file' });
    }
  });

  it('is damaged when its data are overwritten in the middle', async () => {
    await write(
      `SELECT 'L' || hash(i) AS id, (i % 7)::VARCHAR AS amount FROM range(20000) r(i)`,
      ', ROW_GROUP_SIZE 2048',
    );
    const { length } = await readFile(file);
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(length >> 3, 0x5a), 0, length >> 3, length >> 2);
    await handle.close();

    expect(await refusal(contract)).toMatchObject({ code: 'damaged-file' });
  });

  it('gives its rows or a problem, whatever bytes are overwritten', async () => {
    await write(
      `SELECT 'L' || i AS id, (i % 7)::VARCHAR AS amount FROM range(3000) r(i)`,
      ', ROW_GROUP_SIZE 2048, COMPRESSION zstd',
    );
    const good = await readFile(file);
    const change = fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }));
    const codes = new Set<ProblemCode | undefined>();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        await writeFile(file, bytes);

        const problem = await refusal(contract);

        codes.add(problem?.code);
        expect([undefined, 'damaged-file', 'wrong-encoding', 'unsupported-format']).toContain(problem?.code);
      }),
      { seed: SEED, numRuns: 60 },
    );

    expect(codes).toContain('damaged-file');
  });

  it.each(['id,amount\nL1,1\n', 'PAR1', '{"id":1}'])(
    'is damaged when it is no Parquet: %j',
    async (content) => {
      await writeFile(file, content);

      expect(await refusal(contract)).toMatchObject({ code: 'damaged-file', severity: 'error' });
    },
  );

  it('that is not there is no damaged file', async () => {
    await expect(chunks(contract)).rejects.toThrow('ENOENT');
  });

  it('in another folder is out of reach', async () => {
    await write(`SELECT 'L1' AS id, 1 AS amount`);
    const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
    try {
      rows = new DuckDbParquetRows(elsewhere);

      await expect(chunks(contract)).rejects.toThrow('Permission Error');
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('with fewer columns than its header said is a mistake of ours', async () => {
    await write(`SELECT 'L1' AS id`);

    await expect(chunks(contract)).rejects.toThrow('amount is at 1, but the file has 1 columns');
  });
});
