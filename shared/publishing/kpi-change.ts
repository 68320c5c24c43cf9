import type { LocalDate } from '../domain/local-date.ts';
import { compare, divide, multiply, type Rational, rational, subtract } from '../domain/rational.ts';
import type { KpiResult, KpiUnit } from '../kpis/kpi-result.ts';
import { previousOf } from '../kpis/previous-result.ts';
import { exactValueOf } from './exact-value.ts';
import { showNumber } from './show-value.ts';

/** How a KPI moved since the snapshot before. */
export type KpiChange = {
  /** The reporting date that the value is compared with. */
  readonly since: LocalDate;
  /** `+0.60 points`, `-2.13 %`. */
  readonly shown: string;
  readonly course: 'better' | 'worse' | 'unchanged' | 'neutral';
};

const PERCENT_CHANGE_PLACES = 2;

/** Against the newest earlier reporting date; none when there is none, or when it had no value then. */
export function changeOf(
  kpi: KpiResult,
  exact: Rational,
  series: readonly KpiResult[],
): KpiChange | undefined {
  const earlier = previousOf(kpi, series);
  const before = earlier && exactValueOf(earlier);
  if (!earlier || !before) return undefined;
  return {
    since: earlier.reportingDate,
    shown: showChange(before, exact, kpi.unit, kpi.precision),
    course: courseOf(compare(exact, before), kpi.direction),
  };
}

/** Shares and indices change by points, sums and counts by percent: 5.4 % after 4.8 % is `+0.60 points`. */
function showChange(before: Rational, now: Rational, unit: KpiUnit, places: number): string {
  const difference = subtract(now, before);
  if (difference.numerator === 0n) return 'no change';
  const sign = difference.numerator > 0n ? '+' : '';
  if (unit === 'percent') return `${sign}${showNumber(difference, places)} points`;
  if (unit === 'fraction' || unit === 'index') return `${sign}${showNumber(difference, places)}`;
  const relative = divide(multiply(difference, rational(100)), magnitudeOf(before));
  if (!relative) return `${sign}${showNumber(difference, places)} from zero`;
  return `${sign}${showNumber(relative, PERCENT_CHANGE_PLACES)} %`;
}

function magnitudeOf(value: Rational): Rational {
  return value.numerator < 0n ? { numerator: -value.numerator, denominator: value.denominator } : value;
}

function courseOf(movement: number, direction: KpiResult['direction']): KpiChange['course'] {
  if (movement === 0) return 'unchanged';
  if (direction === 'neutral') return 'neutral';
  return movement > 0 === (direction === 'higher-is-better') ? 'better' : 'worse';
}
