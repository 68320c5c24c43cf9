import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { findRepeated, type Repeated, type SliceSizes } from '../../../shared/pipeline/repeated-rows.ts';
import type { SqlSession } from '../../../shared/ports/sql-engine.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { aColumn, aContract } from '../../support/a-contract.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { codesOf } from '../../support/old-and-alone.ts';
import { exampleOf } from '../../support/related-files.ts';

type Row = readonly [id: string | null, other: string | null];

const CONTRACT = aContract({
  columns: [aColumn({ name: 'id', nullable: true }), aColumn({ name: 'other', nullable: true })],
});

describe('rows with the key of another row', () => {
  let dir: string;
  let sql: SqlSession;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'repeated-rows-'));
    sql = await duckDbSqlEngine.open(dir);
  });
  afterAll(async () => {
    await sql[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });

  async function foundIn(
    rows: readonly Row[],
    { contract = CONTRACT, sizes }: { contract?: Contract; sizes?: SliceSizes } = {},
  ): Promise<Repeated> {
    const text = (cell: string | null): string =>
      cell === null ? 'NULL' : `'${cell.replaceAll("'", "''")}'`;
    const values = rows.map(([id, other], index) => `(${index + 1}, ${text(id)}, ${text(other)})`);
    await sql.run(
      `CREATE OR REPLACE TEMP TABLE staged (record_number INTEGER, id VARCHAR, other VARCHAR);
       ${values.length === 0 ? '' : `INSERT INTO staged VALUES ${values.join(', ')};`}`,
    );
    return await findRepeated(contract, rows.length, sql, sizes);
  }

  it('are dropped when they say the same, and said to repeat the first', async () => {
    const found = await foundIn([
      ['a', 'x'],
      ['b', 'x'],
      ['a', 'x'],
      ['a', 'x'],
    ]);

    expect(found).toMatchObject({ dropped: Int32Array.of(3, 4), identical: 2, conflicting: 0 });
    expect(found.rejected.size).toBe(0);
    expect(found.dropIssues).toEqual([
      expect.objectContaining({
        code: 'identical-duplicate',
        severity: 'notice',
        count: 2,
        firstRecords: [3, 4],
        message: 'row 3 repeats row 1 exactly and was dropped',
      }),
    ]);
  });

  it('are each rejected, however many they are, while the contract tolerates that many', async () => {
    const keys = 60_000;
    await sql.run(
      `CREATE OR REPLACE TEMP TABLE staged AS
       SELECT (range + 1)::INTEGER AS record_number, (range % ${keys})::VARCHAR AS id, range::VARCHAR AS other
       FROM range(${2 * keys})`,
    );

    const tolerant = await findRepeated({ ...CONTRACT, maxRejectedShare: '1' }, 2 * keys, sql);
    const strict = await findRepeated({ ...CONTRACT, maxRejectedShare: '0.01' }, 2 * keys, sql);

    expect(tolerant.conflicting).toBe(2 * keys);
    expect(tolerant.rejected.size).toBe(2 * keys);
    // Such a file is refused, so that the first of them are enough to look at.
    expect(strict.conflicting).toBe(2 * keys);
    expect(strict.rejected.size).toBe(100_000);
  });

  it('are all rejected when they contradict each other, with the place of the other one', async () => {
    const found = await foundIn([
      ['a', 'x'],
      ['b', 'x'],
      ['a', 'y'],
      ['a', 'x'],
    ]);

    expect([...found.rejected].map(([record, { code, message }]) => [record, code, message])).toEqual([
      [
        1,
        'conflicting-duplicate',
        'row 1 has the same id as a later row but says something else; neither was kept',
      ],
      [
        3,
        'conflicting-duplicate',
        'row 3 has the same id as row 1 but says something else; neither was kept',
      ],
      [
        4,
        'conflicting-duplicate',
        'row 4 has the same id as row 1 but says something else; neither was kept',
      ],
    ]);
    expect(found).toMatchObject({ identical: 0, conflicting: 3, dropped: new Int32Array(0) });
  });

  it('are spoken for by the first where the contract says so', async () => {
    const contract = { ...CONTRACT, repeatedKeys: 'keep-first' as const };

    const found = await foundIn(
      [
        ['a', 'x'],
        ['a', 'y'],
        ['a', 'x'],
      ],
      { contract },
    );

    expect(found).toMatchObject({ dropped: Int32Array.of(2, 3), identical: 1, conflicting: 0 });
    expect(found.dropIssues.map(({ code, count }) => [code, count])).toEqual([
      ['repeated-key', 1],
      ['identical-duplicate', 1],
    ]);
  });

  it('do not exist where rows have no identity', async () => {
    const contract = { ...CONTRACT, key: [] };

    expect(
      await foundIn(
        [
          ['a', 'x'],
          ['a', 'x'],
        ],
        { contract },
      ),
    ).toMatchObject({
      dropped: new Int32Array(0),
      identical: 0,
    });
  });

  it.each<[string, Row, Row]>([
    ['a comma wanders from one cell to the next', ['a, b', 'c'], ['a', 'b, c']],
    ['one cell is empty and the other is null', ['a', ''], ['a', null]],
    ['one cell is the word NULL', ['a', 'NULL'], ['a', null]],
    ['quotes are doubled', ['a', "it's"], ['a', "it''s"]],
    ['one cell is quoted', ['a', "'x'"], ['a', 'x']],
    ['blanks stand in front', ['a', ' x'], ['a', 'x']],
    ['a backslash stands before a quote', ['a', "\\'"], ['a', "'"]],
    ['one letter is larger', ['a', 'X'], ['a', 'x']],
  ])('are not taken for the same when %s', async (_what, one, other) => {
    const all = { ...CONTRACT, key: ['id', 'other'] };

    expect(await foundIn([one, other], { contract: all })).toMatchObject({ identical: 0, conflicting: 0 });
    expect(await foundIn([one, other])).toMatchObject({ identical: 0 });
  });

  it('are found whatever the slices are, as by comparing each row with each other', async () => {
    const cell = fc.constantFrom('a', 'b', 'c', 'd', 'e', null);
    const rows = fc.array(fc.tuple(cell, fc.constantFrom('x', 'y', null)), { maxLength: 30 });
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 10 }),
      candidates: fc.integer({ min: 1, max: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(rows, sizes, async (all, slices) => {
        const { dropped, rejected, identical, conflicting } = await foundIn(all, { sizes: slices });

        const expected = naive(all);
        expect([...dropped]).toEqual(expected.dropped);
        expect([...rejected.keys()].toSorted((a, b) => a - b)).toEqual(expected.rejected);
        expect([identical, conflicting]).toEqual([expected.dropped.length, expected.rejected.length]);
      }),
      { seed: 20_251_130, numRuns: 60 },
    );
  });
});

function naive(rows: readonly Row[]): { dropped: number[]; rejected: number[] } {
  const dropped: number[] = [];
  const rejected: number[] = [];
  for (const [index, [id, other]] of rows.entries()) {
    const twins = rows.flatMap((row, at) => (row[0] === id ? [{ at, other: row[1] }] : []));
    if (twins.length === 1) continue;
    if (twins.some((twin) => twin.other !== other)) rejected.push(index + 1);
    else if (twins[0]?.at !== index) dropped.push(index + 1);
  }
  return { dropped, rejected };
}

describe('a file with such rows', () => {
  let pipeline: Pipeline;
  beforeAll(async () => {
    pipeline = await Pipeline.open();
  });
  beforeEach(() => pipeline.forget());

  const payment = (index: number, principal: string) =>
    exampleOf('transactions', {
      loan_id: `ABT - DSB${String(index).padStart(4, '0')}-001`,
      principal,
      interest: '0.0',
    });

  it('is staged without them, to the cent, and says where in the file they are', async () => {
    const rows = Array.from({ length: 400 }, (_, index) => payment(index, `${index}.25`));
    const copy = payment(7, '7.25');
    const contradiction = payment(9, '9.26');
    const body = csvOf([...rows, copy, contradiction]);

    const run = await pipeline.takeThrough('looker/transactions/repeated.csv', body);

    const report = await pipeline.validationOf(run);
    // 0.25 + 1.25 + ... + 399.25, without loan 9.
    expect(report.controlTotals).toMatchObject({ principal: '79890.75' });
    expect(report.rows).toEqual({
      read: 402,
      accepted: 399,
      rejected: 2,
      orphans: 0,
      dropped: 1,
      identicalDuplicates: 1,
    });
    expect(run.phases.transformation).toMatchObject({ rowsAccepted: 399, rowsRejected: 2, rowsDropped: 1 });
    const lines = (await rejectedOf(run)).map(({ record, offset = 0, issues }) => [
      record,
      issues[0]?.code,
      body.slice(offset, offset + 23),
    ]);
    expect(lines).toEqual([
      [10, 'conflicting-duplicate', 'ABT - DSB0009-001,PAYME'],
      [402, 'conflicting-duplicate', 'ABT - DSB0009-001,PAYME'],
    ]);
  });

  it('keeps the first of several rows for one customer where that is the one that counts', async () => {
    const rows = ['Nimal', 'Gob', 'Nimal'].map((segment) =>
      exampleOf('customer_data', { customer_id: 'CLI1000', segment }),
    );

    const run = await pipeline.takeThrough('looker/customer_data/customers.csv', csvOf(rows));

    expect(run).toMatchObject({ status: 'success', rows: 3, rejectedRows: 0 });
    const report = await pipeline.validationOf(run);
    expect(report.rows).toMatchObject({
      read: 3,
      accepted: 1,
      rejected: 0,
      dropped: 2,
      identicalDuplicates: 1,
    });
    expect(report.expectations.find(({ id }) => id === 'unique:customer_id')?.observed).toBe(
      '1 identical repetition was dropped; 1 row was dropped because the first of their key counts',
    );
    expect(codesOf(run)).toEqual(expect.arrayContaining(['repeated-key', 'identical-duplicate']));
    const staged = await pipeline.staged(run, (all) => `SELECT record_number, segment FROM ${all}`);
    expect(staged).toEqual([{ record_number: 1, segment: 'Nimal' }]);
  });

  it('keeps equal rows where rows have no identity', async () => {
    const row = exampleOf('loan_data');

    const run = await pipeline.takeThrough(
      'looker/loan_data/loan_data_2025-12-10.csv',
      csvOf([row, row, row]),
    );

    expect(run).toMatchObject({ status: 'success', rows: 3, rejectedRows: 0 });
    expect((await pipeline.validationOf(run)).rows).toMatchObject({ accepted: 3, identicalDuplicates: 0 });
  });

  it('is refused when contradictions are more than the contract tolerates, each of them in quarantine', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => payment(index, '5.00'));

    const run = await pipeline.takeThrough(
      'looker/transactions/torn.csv',
      csvOf([...rows, payment(3, '6.00'), payment(4, '6.00')]),
    );

    expect(run).toMatchObject({ status: 'rejected', rejectedRows: 4 });
    expect(run.problems[0]).toMatchObject({
      code: 'too-many-bad-rows',
      count: 4,
      message: expect.stringContaining('4 of 52 rows break contract transactions@1, which tolerates 1.00 %.'),
    });
    expect((await rejectedOf(run)).map(({ record }) => record)).toEqual([4, 5, 51, 52]);
  });

  async function rejectedOf({
    runId,
    attempt,
  }: RunRecord): Promise<{ record: number; offset?: number; issues: { code: string }[] }[]> {
    const lines = (await pipeline.text('quarantine', `${runId}/attempts/${attempt}/rejected.jsonl`))
      .trimEnd()
      .split('\n');
    return lines.map((line) => JSON.parse(line));
  }
});
