import type { LocalDate } from '../domain/local-date.ts';
import { add, divide, multiply, type Rational, rational, subtract, toDecimal } from '../domain/rational.ts';
import type { KpiResult } from './kpi-result.ts';

// What moved a number. A ratio has two sides that move at once, so the change is split by the mean of both orders in
// which they could have moved: with n numerators, d denominators, 0 before and 1 now,
//   from the numerator    (n1 - n0) x (1/d0 + 1/d1) / 2
//   from the denominator  (1/d1 - 1/d0) x (n0 + n1) / 2
// Both together are n1/d1 - n0/d0, with nothing left over and neither side preferred.

export const RATIO_METHOD =
  'Both sides of the ratio moved at once; each part is the mean of moving that side first and moving it last, so that the two parts are the change exactly. What rounding leaves in the last decimal is in the part from the denominator.';
export const SUM_METHOD = 'The KPI is a sum and not a ratio: the whole change comes from the numerator.';

const PLACES = 10;

type Side = { readonly before: string; readonly now: string; readonly change: string };

export type KpiChangeSplit = {
  readonly since: LocalDate;
  /** Value now less value before: decimal text, like all that follows. */
  readonly change: string;
  readonly numerator: Side;
  readonly denominator: Side | null;
  /** The two parts are the change. */
  readonly fromNumerator: string;
  readonly fromDenominator: string;
  readonly method: string;
};

/** A side of the exact fraction at both dates, and what turns it into the value. */
export type RatioMove = {
  readonly numerator: { readonly before: Rational; readonly now: Rational };
  readonly denominator: { readonly before: Rational; readonly now: Rational };
  readonly times: Rational;
};

/** Undefined when there is no value at one of the dates, or when the value is more than a division of its sides. */
export function splitChange(now: KpiResult, before: KpiResult): KpiChangeSplit | undefined {
  if (now.value === null || before.value === null) return undefined;
  if (now.numerator === null || before.numerator === null) return undefined;
  const change = difference(now.value, before.value);
  const base = { since: before.reportingDate, change, numerator: sideOf(before.numerator, now.numerator) };
  if (now.denominator === null || before.denominator === null) {
    return {
      ...base,
      denominator: null,
      fromNumerator: change,
      fromDenominator: padded('0', PLACES),
      method: SUM_METHOD,
    };
  }
  const move = ratioMoveOf(now, before);
  const exact = move && fromNumeratorOf(move);
  if (!exact) return undefined;
  const fromNumerator = toDecimal(exact, PLACES);
  return {
    ...base,
    denominator: sideOf(before.denominator, now.denominator),
    fromNumerator,
    fromDenominator: difference(change, fromNumerator),
    method: RATIO_METHOD,
  };
}

export function ratioMoveOf(now: KpiResult, before: KpiResult): RatioMove | undefined {
  const times = commonTimes(timesOf(now), timesOf(before));
  if (times === undefined) return undefined;
  const { numerator: n0, denominator: d0 } = before;
  const { numerator: n1, denominator: d1 } = now;
  if (n0 === null || n1 === null || d0 === null || d1 === null) return undefined;
  return {
    numerator: { before: rational(n0), now: rational(n1) },
    denominator: { before: rational(d0), now: rational(d1) },
    times: rational(times),
  };
}

/** The part of a change of the numerator, which may be that of a part of the book. */
export function fromNumeratorOf(move: RatioMove): Rational | undefined {
  const { numerator, denominator, times } = move;
  const before = divide(times, denominator.before);
  const now = divide(times, denominator.now);
  if (!before || !now) return undefined;
  return multiply(subtract(numerator.now, numerator.before), half(add(before, now)));
}

/** What one unit more in the denominator takes from the value. */
export function perDenominator({ numerator, denominator, times }: RatioMove): Rational | undefined {
  const product = multiply(denominator.before, denominator.now);
  const together = half(multiply(times, add(numerator.before, numerator.now)));
  return divide(subtract(rational(0), together), product);
}

/** What the quotient is multiplied by: the value says it, so that an old mart needs no old definition. */
function timesOf({ value, numerator, denominator }: KpiResult): bigint | 'any' | undefined {
  if (value === null || numerator === null || denominator === null) return undefined;
  const quotient = divide(rational(numerator), rational(denominator));
  if (!quotient) return undefined;
  const guess = divide(rational(value), quotient);
  // Nothing times anything is nothing.
  if (!guess) return 'any';
  const times = BigInt(toDecimal(guess, 0));
  return toDecimal(multiply(quotient, rational(times)), PLACES) === value ? times : undefined;
}

function commonTimes(...[a, b]: ReturnType<typeof timesOf>[]): bigint | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a === 'any') return b === 'any' ? 1n : b;
  return b === 'any' || a === b ? a : undefined;
}

function sideOf(before: string, now: string): Side {
  return { before, now, change: difference(now, before) };
}

/** Exact: as many decimals as the longer of the two. */
export function difference(a: string, b: string): string {
  return toDecimal(subtract(rational(a), rational(b)), Math.max(decimalsOf(a), decimalsOf(b)));
}

function decimalsOf(decimal: string): number {
  return decimal.split('.')[1]?.length ?? 0;
}

function padded(decimal: string, places: number): string {
  return toDecimal(rational(decimal), places);
}

function half(value: Rational): Rational {
  return multiply(value, { numerator: 1n, denominator: 2n });
}
