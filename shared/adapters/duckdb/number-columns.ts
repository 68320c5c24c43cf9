import type { DuckDBDataChunk, DuckDBValue, DuckDBVector } from '@duckdb/node-api';
import type { NumberBatch, NumberColumn } from '../../ports/sql-engine.ts';

// A chunk of a result as exact numbers. The library is imported for its types alone: it is loaded when the first
// session opens.

/** A column holds something that is no number, or one that a number cannot hold. */
export class NoExactNumber extends Error {
  override readonly name = 'NoExactNumber';
}

export function numberBatch(chunk: DuckDBDataChunk): NumberBatch {
  const { rowCount, columnCount } = chunk;
  const columns = Array.from({ length: columnCount }, (_, index) =>
    numberColumn(chunk.getColumnVector(index), rowCount, index),
  );
  return { rows: rowCount, columns };
}

function numberColumn(vector: DuckDBVector, rows: number, index: number): NumberColumn {
  const values = new Float64Array(rows);
  const cellAt = isScaled(vector)
    ? (row: number) => vector.getScaledValue(row)
    : (row: number) => vector.getItem(row);
  for (let row = 0; row < rows; row += 1) values[row] = exactNumber(cellAt(row), index);
  return { scale: scaleOf(vector), values };
}

/** Decimals of any width. */
type ScaledVector = DuckDBVector & { getScaledValue(row: number): bigint | number | null };

function isScaled(vector: DuckDBVector): vector is ScaledVector {
  return 'getScaledValue' in vector;
}

function scaleOf({ type }: DuckDBVector): number {
  return 'scale' in type ? type.scale : 0;
}

function exactNumber(cell: DuckDBValue, index: number): number {
  if (cell === null) return Number.NaN;
  // An interval has days as well, and months beside them.
  const isDay = typeof cell === 'object' && 'days' in cell && !('months' in cell);
  const value = isDay ? cell.days : cell;
  if (typeof value === 'object' || typeof value === 'string')
    throw new NoExactNumber(`column ${index + 1} holds no numbers`);
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new NoExactNumber(`column ${index + 1} holds a number that is not exact`);
  return number;
}
