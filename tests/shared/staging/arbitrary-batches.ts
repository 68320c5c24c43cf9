import fc from 'fast-check';
import type { CellValue } from '../../../shared/contracts/cell-parser.ts';
import type { Column, ColumnType } from '../../../shared/contracts/contract.ts';
import type { ColumnBatch } from '../../../shared/decode/column-batch.ts';
import { aColumn } from '../../support/a-contract.ts';
import { aBatch } from './staged-file.ts';

const EXTREME = Number.MAX_SAFE_INTEGER;

const CELLS: Readonly<Record<ColumnType, fc.Arbitrary<CellValue>>> = {
  decimal: fc.oneof(
    fc.integer({ min: -1_000_000, max: 1_000_000 }),
    fc.maxSafeInteger(),
    fc.constantFrom(0, -1, EXTREME, -EXTREME, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, 2 ** 32, -(2 ** 32) - 1),
  ),
  integer: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer(), fc.constantFrom(2 ** 31 - 1, -(2 ** 31))),
  date: fc.oneof(fc.integer({ min: 20_000, max: 20_400 }), fc.integer({ min: -719_162, max: 2_932_896 })),
  boolean: fc.boolean(),
  text: fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.toWellFormed()),
    fc.constantFrom('', 'USD', 'señor Núñez', '日本語', '👩‍👧', '\u0000', 'x'.repeat(1_000)),
  ),
};

const TYPES = ['decimal', 'integer', 'date', 'boolean', 'text'] as const;

/** A column with the ways in which its cells are filled: few distinct ones, always the same one, or any. */
type ColumnPlan = { readonly column: Column; readonly cell: fc.Arbitrary<CellValue> };

function columnPlan(index: number): fc.Arbitrary<ColumnPlan> {
  return fc
    .record({
      type: fc.constantFrom(...TYPES),
      scale: fc.integer({ min: 0, max: 10 }),
      nulls: fc.constantFrom('never', 'maybe', 'always'),
      nullable: fc.boolean(),
    })
    .chain(({ type, scale, nulls, nullable }) => {
      const mayBeNull = nullable ? { nullable } : { optional: true };
      const column = aColumn({
        name: `c${index}`,
        type,
        ...(type === 'decimal' ? { scale } : {}),
        ...(nulls === 'never' && !nullable ? {} : mayBeNull),
      });
      const some = CELLS[type];
      return fc
        .oneof(
          fc.constant(some),
          fc.array(some, { minLength: 1, maxLength: 3 }).map((few) => fc.constantFrom(...few)),
        )
        .map((filled) => {
          if (nulls === 'never') return { column, cell: filled };
          return { column, cell: nulls === 'always' ? fc.constant(null) : fc.option(filled) };
        });
    });
}

/** Columns of any types with batches of rows for them; record numbers rise, with gaps. */
export const anyBatches: fc.Arbitrary<{ columns: Column[]; batches: ColumnBatch[] }> = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.tuple(...Array.from({ length: width }, (_, index) => columnPlan(index))))
  .chain((plans) => {
    const row = fc.tuple(fc.integer({ min: 1, max: 500 }), ...plans.map(({ cell }) => cell));
    const columns = plans.map(({ column }) => column);
    return fc.array(fc.array(row, { maxLength: 300, size: '+1' }), { maxLength: 3 }).map((groups) => {
      let record = 0;
      const batches = groups.map((rows) => {
        const numbers = rows.map(([gap]) => (record += gap));
        return aBatch(
          columns,
          rows.map(([, ...cells]) => cells),
          numbers,
        );
      });
      return { columns, batches };
    });
  });

/** Many rows from a seeded generator: quicker than drawing each cell. */
export function manyRows(rows: number, columns: readonly Column[], firstRecord = 1): ColumnBatch {
  let seed = firstRecord;
  const draw = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const drawCell = ({ type, nullable }: Column): CellValue => {
    if (nullable === true && draw(4) === 0) return null;
    if (type === 'boolean') return draw(2) === 1;
    if (type === 'text') return `Préstamo ${draw(100_000)}`;
    return type === 'decimal' ? draw(2 ** 40) - 2 ** 39 : draw(30_000);
  };
  return aBatch(
    columns,
    Array.from({ length: rows }, () => columns.map(drawCell)),
    Array.from({ length: rows }, (_, index) => firstRecord + index),
  );
}
