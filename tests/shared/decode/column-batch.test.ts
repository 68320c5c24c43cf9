import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CellValue } from '../../../shared/contracts/cell-parser.ts';
import { BatchBuilder, type ColumnBatch, cellAt } from '../../../shared/decode/column-batch.ts';
import { aColumn, aMoneyColumn } from '../../support/a-contract.ts';

const RUNS = { seed: 20_251_210, numRuns: 1_000 };
const COLUMNS = [
  aColumn({ name: 'text' }),
  aMoneyColumn({ name: 'money' }),
  aColumn({ name: 'count', type: 'integer' }),
  aColumn({ name: 'day', type: 'date' }),
  aColumn({ name: 'flag', type: 'boolean' }),
];

/** Rows of a batch as values, with their record numbers. */
function rowsOf(batch: ColumnBatch): { record: number | undefined; cells: CellValue[] }[] {
  return Array.from({ length: batch.rows }, (_, row) => ({
    record: batch.recordNumbers[row],
    cells: batch.columns.map((vector) => cellAt(vector, row)),
  }));
}

describe('a batch', () => {
  it('gives back what was written into it, in order, batch after batch', () => {
    const builder = new BatchBuilder({ columns: COLUMNS });
    const write = (record: number, cells: readonly CellValue[]): void => {
      for (const [index, cell] of cells.entries()) builder.columns[index]?.set(builder.rows, cell);
      builder.endRow(record);
    };

    write(1, ['ñandú', 150, -3, 20_432, true]);
    write(4, [null, null, null, null, null]);
    const first = builder.take();
    write(5, ['x', -0, 7, 0, false]);

    expect(rowsOf(first)).toEqual([
      { record: 1, cells: ['ñandú', 150, -3, 20_432, true] },
      { record: 4, cells: [null, null, null, null, null] },
    ]);
    expect(rowsOf(builder.take())).toEqual([{ record: 5, cells: ['x', -0, 7, 0, false] }]);
    expect(builder.take().rows).toBe(0);
  });

  it('knows nothing of rows that were written but not kept: neither their nulls nor their texts', () => {
    const cell = fc.constantFrom('a', 'b', 'c', 'd', 'é', null);
    const rows = fc.array(fc.tuple(cell, fc.option(fc.integer({ min: -9, max: 9 })), fc.boolean()), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(rows, (all) => {
        const [builder, clean] = [COLUMNS.slice(0, 2), COLUMNS.slice(0, 2)].map(
          (columns) => new BatchBuilder({ columns }),
        );
        const write = (batch: BatchBuilder | undefined, text: CellValue, money: CellValue): void => {
          batch?.columns[0]?.set(batch.rows, text);
          batch?.columns[1]?.set(batch.rows, money);
        };
        for (const [index, [text, money, isKept]] of all.entries()) {
          write(builder, text, money);
          if (!isKept) continue;
          builder?.endRow(index);
          write(clean, text, money);
          clean?.endRow(index);
        }

        const batch = builder?.take();

        expect(batch).toEqual(clean?.take());
        const kept = all.filter(([, , isKept]) => isKept);
        expect(batch && rowsOf(batch).map(({ cells }) => cells)).toEqual(
          kept.map(([text, money]) => [text, money]),
        );
      }),
      RUNS,
    );
  });

  it('holds nothing but nulls in a column that the file does not have', () => {
    const builder = new BatchBuilder({ columns: COLUMNS });
    for (const column of builder.columns) column.setAllNull();
    builder.endRow(1);
    builder.endRow(2);

    const batch = builder.take();

    expect(rowsOf(batch).flatMap(({ cells }) => cells)).toEqual(Array.from({ length: 10 }, () => null));
    expect(builder.columns.every((column) => !column.isNull(0))).toBe(true);
  });
});
