import { describe, expect, it } from '@jest/globals';
import type { CellValue } from '../../../shared/contracts/cell-parser.ts';
import type { Column } from '../../../shared/contracts/contract.ts';
import { encodeRowGroup } from '../../../shared/staging/parquet-row-group.ts';
import { aColumn, aMoneyColumn } from '../../support/a-contract.ts';
import { manyRows } from './arbitrary-batches.ts';
import { aBatch, withDuckDb, withStagedFile } from './staged-file.ts';

describe('a row group', () => {
  it('may cross to another thread: its bytes have a buffer of their own', () => {
    const columns = [aColumn({ name: 'id' }), aMoneyColumn()];
    const group = encodeRowGroup(manyRows(100, columns), columns);
    const untouched = encodeRowGroup(manyRows(100, columns), columns);

    const moved = structuredClone(group, { transfer: [group.bytes.buffer] });

    expect(moved).toEqual(untouched);
    expect(group.bytes).toHaveLength(0);
  });

  it('has its column chunks one after the other', () => {
    const columns = [aColumn({ name: 'currency' }), aMoneyColumn()];

    const { bytes, chunks } = encodeRowGroup(
      aBatch(
        columns,
        Array.from({ length: 50 }, (_, row) => ['USD', row]),
      ),
      columns,
    );

    let end = 0;
    for (const chunk of chunks) {
      expect(chunk.start).toBe(end);
      end += chunk.compressedBytes;
    }
    expect(end).toBe(bytes.length);
    expect(chunks.map(({ dictionaryBytes }) => dictionaryBytes > 0)).toEqual([false, true, false]);
  });

  it('is refused where a column that needs a value has none', () => {
    const nullable = [aColumn({ name: 'id', nullable: true })];
    const batch = aBatch(nullable, [['A'], [null]]);

    expect(() => encodeRowGroup(batch, [aColumn({ name: 'id' })])).toThrow(
      'Column id needs a value in every row, but row 1 of the batch has none.',
    );
  });

  it('is refused where the batch is of another contract, or too long', () => {
    const columns = [aColumn({ name: 'id' })];
    const batch = aBatch(columns, [['A']]);

    expect(() => encodeRowGroup(batch, [])).toThrow('The batch has 1 columns, but the contract 0.');
    expect(() => encodeRowGroup({ ...batch, rows: 65_537 }, columns)).toThrow('at most 65536 rows');
    expect(() => encodeRowGroup(batch, [aMoneyColumn()])).toThrow(
      'Column amount is of type decimal, but the batch has text.',
    );
  });
});

describe('statistics', () => {
  it('hold the limits and the nulls of each column, record numbers included', async () => {
    const columns = [
      aColumn({ name: 'id' }),
      aMoneyColumn({ name: 'amount', nullable: true }),
      aColumn({ name: 'day', type: 'date' }),
      aColumn({ name: 'days', type: 'integer' }),
      aColumn({ name: 'is_closed', type: 'boolean' }),
    ];

    const statistics = await statisticsOf(columns, [
      ['Zoë', -5, 20_000, -3, false],
      ['Ábaco', null, 19_999, 40, true],
      ['Zo', 9_007_199_254_740_991, 20_001, 0, false],
    ]);

    expect(statistics).toEqual({
      record_number: ['1', '3', 0n],
      id: ['Zo', 'Ábaco', 0n],
      amount: ['-0.05', '90071992547409.91', 1n],
      day: ['2024-10-03', '2024-10-05', 0n],
      days: ['-3', '40', 0n],
      is_closed: ['false', 'true', 0n],
    });
  });

  it('have no limits where every cell is empty, or a limit is a text of more than 64 bytes', async () => {
    const columns = [
      aColumn({ name: 'empty', nullable: true }),
      aColumn({ name: 'fits', nullable: true }),
      aColumn({ name: 'long', nullable: true }),
    ];

    const statistics = await statisticsOf(columns, [
      [null, 'x'.repeat(64), 'é'.repeat(33)],
      [null, null, 'a'],
    ]);

    expect(statistics).toEqual({
      record_number: ['1', '2', 0n],
      empty: [null, null, 2n],
      fits: ['x'.repeat(64), 'x'.repeat(64), 1n],
      long: [null, null, 0n],
    });
  });

  it('are not kept at all for a masked column', async () => {
    const columns = [aColumn({ name: 'holder', mask: 'name', nullable: true })];

    const statistics = await statisticsOf(columns, [['token-1'], [null]]);

    expect(statistics).toEqual({ record_number: ['1', '2', 0n], holder: [null, null, null] });
  });
});

describe('values', () => {
  const encodingsOf = async (columns: readonly Column[], rows: readonly (readonly CellValue[])[]) => {
    const described = await describedBy(columns, rows);
    return Object.fromEntries(described.map((row) => [row['path_in_schema'], row['encodings']]));
  };

  it('are codes into a dictionary only where few are distinct', async () => {
    const columns = [
      aColumn({ name: 'currency' }),
      aColumn({ name: 'id' }),
      aColumn({ name: 'day', type: 'date' }),
      aColumn({ name: 'number', type: 'integer' }),
    ];

    const encodings = await encodingsOf(
      columns,
      Array.from({ length: 1_000 }, (_, row) => ['USD', `loan ${row}`, 20_000 + (row % 5), row * 70_000]),
    );

    expect(encodings).toEqual({
      record_number: 'RLE, DELTA_BINARY_PACKED',
      currency: 'RLE, RLE_DICTIONARY, PLAIN',
      id: 'RLE, PLAIN',
      day: 'RLE, RLE_DICTIONARY, PLAIN',
      number: 'RLE, DELTA_BINARY_PACKED',
    });
  });

  it('are packed steps where decimals change from row to row, and plain where they repeat or lie far apart', async () => {
    const columns = ['changing', 'repeating', 'far'].map((name) => aMoneyColumn({ name }));

    const encodings = await encodingsOf(
      columns,
      Array.from({ length: 1_000 }, (_, row) => [
        (row * 7_919) % 1_000,
        row % 10 === 0 ? row : 0,
        row * 2 ** 40,
      ]),
    );

    expect(encodings).toMatchObject({
      changing: 'RLE, DELTA_BINARY_PACKED',
      repeating: 'RLE, PLAIN',
      far: 'RLE, PLAIN',
    });
  });
});

async function statisticsOf(columns: readonly Column[], rows: readonly (readonly CellValue[])[]) {
  const described = await describedBy(columns, rows);
  return Object.fromEntries(
    described.map((row) => [
      row['path_in_schema'],
      [row['stats_min_value'], row['stats_max_value'], row['stats_null_count']],
    ]),
  );
}

function describedBy(columns: readonly Column[], rows: readonly (readonly CellValue[])[]) {
  return withStagedFile(columns, [aBatch(columns, rows)], (path) =>
    withDuckDb((query) => query(`FROM parquet_metadata('${path}')`)),
  );
}
