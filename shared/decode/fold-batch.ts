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
    if (vector.present !== undefined) nulls[name] = countOfZeros(vector.present);
    if (vector.type === 'decimal') totals[name] = exactSum(vector.values);
  }
  return { totals, nulls };
}

// By index and not by `for of`: the iterator of a typed array makes objects for every value, 300 bytes for each row.

function countOfZeros(present: Uint8Array): number {
  let count = 0;
  for (let row = 0; row < present.length; row += 1) count += 1 - (present[row] as number);
  return count;
}

/** Null cells hold zero. */
function exactSum(values: Float64Array): bigint {
  let sum = 0;
  let largest = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    sum += value;
    largest = Math.max(largest, Math.abs(value));
  }
  return largest < MAX_SMALL_UNITS ? BigInt(sum) : exactSumOfLarge(values);
}

/** The few values that are too large for a sum in floating point are added on their own. */
function exactSumOfLarge(values: Float64Array): bigint {
  let small = 0;
  let large = 0n;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (value < MAX_SMALL_UNITS && value > -MAX_SMALL_UNITS) small += value;
    else large += BigInt(value);
  }
  return BigInt(small) + large;
}
