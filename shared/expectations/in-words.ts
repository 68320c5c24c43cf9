import { type Rational, rational, toDecimal } from '../domain/rational.ts';

// Counts and shares as a person reads them. A share that is not zero is never shown as zero.

/** `1 row`, `31,222 rows`. */
export function rowsInWords(count: number): string {
  return `${countInWords(count)} ${count === 1 ? 'row' : 'rows'}`;
}

/** `31,222`. */
export function countInWords(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12 of 31,222 rows (0.04 %)`. */
export function shareInWords(part: number, whole: number): string {
  return `${countInWords(part)} of ${rowsInWords(whole)} (${percent(shareOf(part, whole))})`;
}

/** A limit as the contract has it, without the zeros that say nothing: `0.005` is `0.5 %`. */
export function limitInWords(share: string): string {
  const value = rational(share);
  const exact = toDecimal({ numerator: value.numerator * 100n, denominator: value.denominator }, 10);
  return `${exact.replace(/\.?0+$/, '')} %`;
}

/** `80 % to 120 %`, or `at least 50 %` where there is no upper limit. */
export function bandInWords({ minPercent, maxPercent }: { minPercent: number; maxPercent: number }): string {
  return Number.isFinite(maxPercent) ? `${minPercent} % to ${maxPercent} %` : `at least ${minPercent} %`;
}

/** Nothing of nothing is no share of it at all. */
export function shareOf(part: number, whole: number): Rational {
  return { numerator: BigInt(part), denominator: BigInt(Math.max(whole, 1)) };
}

function percent({ numerator, denominator }: Rational): string {
  const shown = toDecimal({ numerator: numerator * 100n, denominator }, 2);
  return shown === '0.00' && numerator > 0n ? 'less than 0.01 %' : `${shown} %`;
}
