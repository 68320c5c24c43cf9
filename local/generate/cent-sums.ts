import { formatScaled } from '../../shared/domain/rational.ts';

// Sums of whole cents, column by column.

export function addTo(sums: Float64Array, cents: readonly number[]): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (cents[i] ?? 0);
}

export function namedSums(money: readonly string[], sums: ArrayLike<number>): Record<string, string> {
  return Object.fromEntries(money.map((column, i) => [column, exactMoney(sums[i] ?? 0)]));
}

/** Cents as `1234.50`. Refuses a number that may have lost a cent. */
export function exactMoney(cents: number | bigint): string {
  if (typeof cents === 'number' && !Number.isSafeInteger(cents))
    throw new RangeError(`${cents} cents are not exact any more: write a smaller book`);
  return formatScaled(cents, 2);
}
