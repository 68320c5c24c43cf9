import type { Contract } from '../contracts/contract.ts';
import type { ColumnBatch } from './column-batch.ts';

/** 65,536 values below this add up to less than 2^53. */
const MAX_SMALL_UNITS = 1.3e11;

/** Exact sums of the decimal columns, and how many cells of each column are null. */
export function foldBatch(
  batch: ColumnBatch,
  { columns }: Pick<Contract, 'columns'>,
): { totals: Record<string, bigint>; nulls: Record<string, number> } {
  const totals: Record<string, bigint> = {};
  const nulls: Record<string, number> = {};
  for (const [index, { name }] of columns.entries()) {
    const vector = batch.columns[index];
    if (vector === undefined) continue;
    if (vector.present !== undefined) {
      let count = 0;
      for (const present of vector.present) count += 1 - present;
      nulls[name] = count;
    }
    if (vector.type === 'decimal') totals[name] = exactSum(vector.values);
  }
  return { totals, nulls };
}

/** Null cells hold zero. The few values that are too large for a sum in floating point are added on their own. */
function exactSum(values: Float64Array): bigint {
  let small = 0;
  let large = 0n;
  for (const value of values) {
    if (value < MAX_SMALL_UNITS && value > -MAX_SMALL_UNITS) small += value;
    else large += BigInt(value);
  }
  return BigInt(small) + large;
}
