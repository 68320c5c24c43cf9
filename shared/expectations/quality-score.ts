import { compare, multiply, rational, toDecimal } from '../domain/rational.ts';
import type { ExpectationResult } from './expectation-result.ts';

// One number for the trend of a dataset, and the verdict. They are two things: a high score never lets a file in that
// an item blocks, and a low one stops nothing by itself.

const WEIGHT: Readonly<Record<ExpectationResult['severity'], bigint>> = { block: 3n, warn: 1n };
const BEST = rational(100);
const BELOW_BEST = '99.9';

/**
 * `100 x (weight of the passed items / weight of the evaluated items) x (rows that were not rejected / rows read)`.
 *
 * The first factor says how much of the contract holds: an item that may stop the file weighs three times as much as
 * one that may only warn, and what was not evaluated weighs nothing, on either side. It cannot tell one bad row from
 * a thousand, so the second factor does. A file without rows has no bad ones.
 *
 * Decimal text with one digit, rounded half to even; but 100.0 is kept for a file in which nothing failed and no row
 * was rejected. Undefined when nothing could be evaluated: that is no score of zero.
 */
export function qualityScore(
  results: readonly ExpectationResult[],
  rows: { readonly read: number; readonly rejected: number },
): string | undefined {
  const evaluated = weightOf(results.filter(({ status }) => status !== 'not-evaluated'));
  if (evaluated === 0n) return undefined;
  const passed = weightOf(results.filter(({ status }) => status === 'passed'));
  const kept = { numerator: BigInt(rows.read - rows.rejected), denominator: BigInt(rows.read) };
  const held = multiply(BEST, { numerator: passed, denominator: evaluated });
  const score = rows.read === 0 ? held : multiply(held, kept);
  const shown = toDecimal(score, 1);
  return compare(score, BEST) < 0 && shown === '100.0' ? BELOW_BEST : shown;
}

export type QualityVerdict =
  | { readonly kind: 'promote'; readonly warnings: readonly ExpectationResult[] }
  | { readonly kind: 'block'; readonly reasons: readonly ExpectationResult[] };

/** A file goes on unless an item that may stop it has failed. Nothing stops a file for not having been evaluated. */
export function verdictOf(results: readonly ExpectationResult[]): QualityVerdict {
  const failed = results.filter(({ status }) => status === 'failed');
  const reasons = failed.filter(({ severity }) => severity === 'block');
  return reasons.length > 0 ? { kind: 'block', reasons } : { kind: 'promote', warnings: failed };
}

function weightOf(results: readonly ExpectationResult[]): bigint {
  return results.reduce((sum, { severity }) => sum + WEIGHT[severity], 0n);
}
