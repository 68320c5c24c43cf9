import { formatScaled, rational, toDecimal } from '../domain/rational.ts';

// z-scores without binary floats: the same history gives the same verdict on every machine. With n values of sum S and
// sum of squares Q, the square of (x - mean) / sample standard deviation is
//   (n x - S)^2 (n - 1) / (n (n Q - S^2)),
// a fraction of integers; it is compared as a fraction, and its root is taken only to be shown.

const PLACES = 10;
const SHOWN_PLACES = 2;

export type Outlier = { readonly direction: 'up' | 'down'; readonly zScore: string };

/** Is x further than `limit` standard deviations from the others? Never, if those are all alike. */
export function outlierAmong(x: string, others: readonly string[], limit: bigint): Outlier | undefined {
  const values = others.map(units);
  const n = BigInt(values.length);
  const sum = values.reduce((running, value) => running + value, 0n);
  const squares = values.reduce((running, value) => running + value * value, 0n);
  const spread = n * (n * squares - sum * sum);
  const distance = n * units(x) - sum;
  const square = distance * distance * (n - 1n);
  if (spread <= 0n || square <= limit * limit * spread) return undefined;
  const sign = distance < 0n ? '-' : '';
  const size = squareRoot((square * 10n ** BigInt(2 * SHOWN_PLACES)) / spread);
  return { direction: distance < 0n ? 'down' : 'up', zScore: sign + formatScaled(size, SHOWN_PLACES) };
}

function units(decimal: string): bigint {
  return BigInt(toDecimal(rational(decimal), PLACES).replace('.', ''));
}

/** The whole part of the root, by Newton's method. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (guess + value / guess) / 2n;
    if (next >= guess) return guess;
    guess = next;
  }
}
