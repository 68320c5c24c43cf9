import { compare, divide, type Rational, rational, subtract, toDecimal } from '../domain/rational.ts';
import { splitChange } from '../kpis/explain-change.ts';
import { type DimensionMoves, movesByDimension } from '../kpis/explain-movers.ts';
import type { KpiMart, KpiResult, KpiUnit } from '../kpis/kpi-result.ts';
import { previousOf } from '../kpis/previous-result.ts';
import { withoutPersonalData } from '../privacy/shown-name.ts';
import { showNumber, showValue } from '../publishing/show-value.ts';

// What moved a number, in one line for whoever is told that it is outside its limits: the part of the book that did most
// of it, else the side of the ratio that did.

/** Payers are tokens, which tell nobody anything. */
const TELLS_NOTHING = new Set(['payer']);
/** A part of the book that did less than that is not what moved the number. */
const LEAST_SHARE = rational('0.2');

/** `company ABF, +1.10 of +1.25 points`; undefined without a number before, or without a change. */
export function driverOfKpi(
  kpi: KpiResult,
  mart: Pick<KpiMart, 'series' | 'breakdowns'>,
): string | undefined {
  const own = mart.series.filter(({ version }) => version === kpi.version);
  const previous = previousOf(kpi, own);
  if (previous === undefined || kpi.value === null || previous.value === null) return undefined;
  const change = subtract(rational(kpi.value), rational(previous.value));
  if (change.numerator === 0n) return undefined;
  const whole = `${signed(change, kpi)}${pointsOf(kpi)}`;
  const part = largestPart(movesByDimension(kpi, previous, mart.breakdowns), change);
  if (part !== undefined) return `${part.name}, ${signed(part.amount, kpi)} of ${whole}`;
  const split = splitChange(kpi, previous);
  if (split === undefined || split.denominator === null) return undefined;
  const from = (side: string): string => signed(rational(side), kpi);
  return `numerator ${from(split.fromNumerator)}, denominator ${from(split.fromDenominator)}${pointsOf(kpi)}`;
}

type Part = { readonly name: string; readonly amount: Rational; readonly share: Rational };

/** Of the parts of all dimensions that add up to the whole. A dimension with one part is the whole, and tells nothing. */
function largestPart(moves: readonly DimensionMoves[], change: Rational): Part | undefined {
  return moves
    .filter(
      ({ dimension, isAdditive, values }) => isAdditive && values.length > 1 && !TELLS_NOTHING.has(dimension),
    )
    .flatMap(({ dimension, values }) =>
      values.flatMap(({ of, contribution }): Part[] => {
        if (contribution === null) return [];
        const amount = rational(contribution);
        const share = divide(amount, change);
        const name = `${dimension.replaceAll('_', ' ')} ${withoutPersonalData(of)}`;
        return share === undefined ? [] : [{ name, amount, share }];
      }),
    )
    .filter(({ share }) => compare(share, LEAST_SHARE) >= 0)
    .toSorted((a, b) => compare(b.share, a.share) || (a.name < b.name ? -1 : 1))
    .at(0);
}

function signed(amount: Rational, { unit, precision }: { unit: KpiUnit; precision: number }): string {
  const isDown = amount.numerator < 0n;
  const size = isDown ? { ...amount, numerator: -amount.numerator } : amount;
  const isNothing = rational(toDecimal(size, precision)).numerator === 0n;
  const sign = isNothing ? '' : isDown ? '-' : '+';
  return `${sign}${unit === 'percent' ? showNumber(size, precision) : showValue(size, unit, precision)}`;
}

function pointsOf({ unit }: { readonly unit: KpiUnit }): string {
  return unit === 'percent' ? ' points' : '';
}
