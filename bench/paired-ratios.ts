// Arithmetic over rounds. A burst of a neighbour hits both sides of a ratio when it is taken within a round, so ratios
// are taken there first and their median after.

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('nothing has no median');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** `a / b` within each round that both have; undefined when there is none. */
export function pairedRatios(a: readonly number[], b: readonly number[]): Spread | undefined {
  const rounds = Math.min(a.length, b.length);
  if (rounds === 0) return undefined;
  return spreadOf(Array.from({ length: rounds }, (_, round) => (a[round] ?? 0) / (b[round] ?? 1)));
}

/**
 * By which power time grows with size: 1 when ten times the rows take ten times as long. Within each round, too.
 */
export function growthExponents(
  small: { readonly rows: number; readonly ms: readonly number[] },
  large: { readonly rows: number; readonly ms: readonly number[] },
): Spread | undefined {
  const ratios = pairedRatios(large.ms, small.ms);
  if (ratios === undefined) return undefined;
  const decades = Math.log10(large.rows / small.rows);
  const exponent = (ratio: number): number => Math.log10(ratio) / decades;
  return { median: exponent(ratios.median), min: exponent(ratios.min), max: exponent(ratios.max) };
}
