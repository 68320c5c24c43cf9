import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { temporaryFolders } from '../../../shared/adapters/environment/temporary-folders.ts';
import type { Column } from '../../../shared/contracts/contract.ts';
import { BATCH_RECORDS } from '../../../shared/decode/column-batch.ts';
import { ParquetFile } from '../../../shared/staging/parquet-file.ts';
import { encodeRowGroup } from '../../../shared/staging/parquet-row-group.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';
import { anyBatches, manyRows } from './arbitrary-batches.ts';
import {
  aBatch,
  firstDifference,
  readByHyparquet,
  rowsOf,
  stage,
  withDuckDb,
  withStagedFile,
} from './staged-file.ts';

// A counterexample is told as it was drawn: shrinking would write and read a file for each step.
const RUNS = { seed: 20_251_210, numRuns: 100, endOnFailure: true };

const EVERY_TYPE: readonly Column[] = [
  aColumn({ name: 'id' }),
  aColumn({ name: 'holder', nullable: true }),
  aMoneyColumn({ name: 'balance' }),
  aMoneyColumn({ name: 'fee', nullable: true }),
  aColumn({ name: 'day', type: 'date' }),
  aColumn({ name: 'days', type: 'integer', nullable: true }),
  aColumn({ name: 'is_closed', type: 'boolean', nullable: true }),
];

describe('a staging file', () => {
  it('gives DuckDB and hyparquet the typed rows of its batches, whatever they are', async () => {
    await withDuckDb((query) =>
      fc.assert(
        fc.asyncProperty(anyBatches, ({ columns, batches }) =>
          withStagedFile(columns, batches, async (path) => {
            const expected = rowsOf(columns, batches);

            expect(firstDifference(await query(`FROM '${path}'`), expected)).toBeUndefined();
            expect(firstDifference(await readByHyparquet(path), expected)).toBeUndefined();
          }),
        ),
        RUNS,
      ),
    );
  });

  it.each([1, 7, 8, 129, BATCH_RECORDS - 1, BATCH_RECORDS])(
    'gives both readers a row group of %i rows',
    async (rows) => {
      const batches = [manyRows(rows, EVERY_TYPE)];

      const [byDuckDb, byHyparquet] = await withStagedFile(EVERY_TYPE, batches, (path) =>
        withDuckDb(async (query) => [await query(`FROM '${path}'`), await readByHyparquet(path)]),
      );

      const expected = rowsOf(EVERY_TYPE, batches);
      expect(firstDifference(byDuckDb ?? [], expected)).toBeUndefined();
      expect(firstDifference(byHyparquet ?? [], expected)).toBeUndefined();
    },
  );

  it('keeps many row groups in their order', async () => {
    const batches = Array.from({ length: 40 }, (_, index) => manyRows(50, EVERY_TYPE, index * 50 + 1));

    const rows = await withStagedFile(EVERY_TYPE, batches, (path) =>
      withDuckDb((query) => query(`FROM '${path}'`)),
    );

    expect(firstDifference(rows, rowsOf(EVERY_TYPE, batches))).toBeUndefined();
  });

  it('is valid without a row, also where only empty row groups were appended', async () => {
    for (const batches of [[], [aBatch(EVERY_TYPE, [])]]) {
      const [counted, described, read] = await withStagedFile(EVERY_TYPE, batches, (path) =>
        withDuckDb(async (query) => [
          await query(`SELECT count(*)::INTEGER AS n FROM '${path}'`),
          await query(`SELECT column_name, column_type FROM (DESCRIBE FROM '${path}')`),
          await readByHyparquet(path),
        ]),
      );

      expect(counted).toEqual([{ n: 0 }]);
      expect(read).toEqual([]);
      expect(described).toEqual([
        { column_name: 'record_number', column_type: 'INTEGER' },
        { column_name: 'id', column_type: 'VARCHAR' },
        { column_name: 'holder', column_type: 'VARCHAR' },
        { column_name: 'balance', column_type: 'DECIMAL(18,2)' },
        { column_name: 'fee', column_type: 'DECIMAL(18,2)' },
        { column_name: 'day', column_type: 'DATE' },
        { column_name: 'days', column_type: 'INTEGER' },
        { column_name: 'is_closed', column_type: 'BOOLEAN' },
      ]);
    }
  });

  it('says which columns may be empty, and which contract it was staged by', async () => {
    const columns = [aColumn({ name: 'id' }), aColumn({ name: 'note', optional: true, mask: 'trait' })];

    const metadata = await withStagedFile(columns, [aBatch(columns, [['A', 'B']])], async (path) =>
      parquetMetadata(new Uint8Array(await readFile(path)).buffer),
    );

    expect(metadata.schema.slice(1).map(({ name, repetition_type }) => [name, repetition_type])).toEqual([
      ['record_number', 'REQUIRED'],
      ['id', 'REQUIRED'],
      ['note', 'OPTIONAL'],
    ]);
    expect(metadata.key_value_metadata).toEqual([{ key: 'contract', value: 'things@1' }]);
    expect(metadata.created_by).toBe('abaco-loans-analytics staging 1');
  });

  it('has DECIMAL columns whose sums are those of the cells, to the last unit', async () => {
    const columns = [aMoneyColumn({ name: 'amount', nullable: true })];
    const extreme = Number.MAX_SAFE_INTEGER;
    const amounts = [extreme, extreme, extreme - 1, -extreme, null, -1, 0, 123_456, extreme];

    const rows = await withStagedFile(
      columns,
      [
        aBatch(
          columns,
          amounts.map((amount) => [amount]),
        ),
      ],
      (path) => withDuckDb((query) => query(`SELECT (sum(amount) * 100)::HUGEINT AS units FROM '${path}'`)),
    );

    expect(rows).toEqual([{ units: amounts.reduce<bigint>((sum, amount) => sum + BigInt(amount ?? 0), 0n) }]);
  });

  it('has the same bytes when the same rows are written again, whatever was written between', async () => {
    await using folder = await temporaryFolders.open();
    const contract = aContract({ columns: EVERY_TYPE });
    const write = async (name: string, seed: number) => {
      const path = join(folder.dir, name);
      await stage(path, contract, [
        manyRows(3_000, EVERY_TYPE, seed),
        manyRows(10, EVERY_TYPE, seed + 3_000),
      ]);
      return await readFile(path);
    };

    const first = await write('first.parquet', 1);
    const other = await write('other.parquet', 70_000);
    const second = await write('second.parquet', 1);

    expect(second.equals(first)).toBe(true);
    expect(other.equals(first)).toBe(false);
  });

  it('tells its rows, its size and its hash', async () => {
    await using folder = await temporaryFolders.open();
    const path = join(folder.dir, 'staged.parquet');

    const written = await stage(path, aContract({ columns: EVERY_TYPE }), [
      manyRows(30, EVERY_TYPE),
      manyRows(12, EVERY_TYPE, 31),
    ]);

    const bytes = await readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(written).toEqual({ rows: 42, bytes: bytes.length, sha256 });
  });

  it('is refused by DuckDB when it is cut short anywhere', async () => {
    const columns = [aColumn({ name: 'id' }), aMoneyColumn({ name: 'amount' })];
    const rows = [
      ['A', 1],
      ['B', 2],
    ] as const;

    await withStagedFile(columns, [aBatch(columns, rows)], async (path) => {
      const whole = await readFile(path);

      await withDuckDb(async (query) => {
        expect(await query(`FROM '${path}'`)).toHaveLength(2);
        for (let length = 0; length < whole.length; length += 1) {
          await writeFile(path, whole.subarray(0, length));
          await expect(query(`FROM '${path}'`)).rejects.toThrow();
        }
      });
    });
  });

  it('is refused by DuckDB when it was never finished', async () => {
    await using folder = await temporaryFolders.open();
    const path = join(folder.dir, 'staged.parquet');
    {
      await using file = await ParquetFile.open(path, aContract({ columns: EVERY_TYPE }));
      await file.append(encodeRowGroup(manyRows(10, EVERY_TYPE), EVERY_TYPE));
    }

    await withDuckDb((query) => expect(query(`FROM '${path}'`)).rejects.toThrow());
  });

  it('takes no row group of other columns', async () => {
    await using folder = await temporaryFolders.open();
    await using file = await ParquetFile.open(join(folder.dir, 'staged.parquet'), aContract());

    await expect(file.append(encodeRowGroup(manyRows(1, EVERY_TYPE), EVERY_TYPE))).rejects.toThrow(
      'The row group has 8 columns, but the file 3.',
    );
  });
});
