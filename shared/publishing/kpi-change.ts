import type { LocalDate } from '../domain/local-date.ts';
import { compare, divide, multiply, type Rational, rational, subtract } from '../domain/rational.ts';
import type { KpiResult, KpiUnit } from '../kpis/kpi-result.ts';
import { previousOf } from '../kpis/previous-result.ts';
import { exactValueOf } from './exact-value.ts';
import { DOCUMENTS, type Language } from './language/language.ts';

/** How a KPI moved since the snapshot before. */
export type KpiChange = {
  /** The reporting date that the value is compared with. */
  readonly since: LocalDate;
  /** `+0.60 points`, `-2.13 %`. */
  readonly shown: string;
  readonly course: 'better' | 'worse' | 'unchanged' | 'neutral';
  /** The value then, as it would be shown. */
  readonly before: string;
  /** In hundredths of the size of the value before; undefined where that is zero, or riper than the value now. */
  readonly relative: Rational | undefined;
};

const PERCENT_CHANGE_PLACES = 2;

/** Against the newest earlier reporting date; none when there is none, or when it had no value then. */
export function changeOf(
  kpi: KpiResult,
  exact: Rational,
  series: readonly KpiResult[],
  language: Language = DOCUMENTS,
): KpiChange | undefined {
  const earlier = previousOf(kpi, series);
  return earlier && changeBetween(earlier, kpi, exact, language);
}

/** From one result to another of the same KPI; undefined where the former has no value. */
export function changeBetween(
  earlier: KpiResult,
  kpi: KpiResult,
  exact: Rational,
  language: Language = DOCUMENTS,
): KpiChange | undefined {
  const before = exactValueOf(earlier);
  if (!before) return undefined;
  const relative = divide(multiply(subtract(exact, before), rational(100)), magnitudeOf(before));
  return {
    since: earlier.reportingDate,
    shown: showChange({ before, now: exact, relative }, kpi.unit, kpi.precision, language),
    course: courseOf(compare(exact, before), kpi),
    before: language.value(before, kpi.unit, kpi.precision),
    relative: kpi.ripens === true ? undefined : relative,
  };
}

type Movement = {
  readonly before: Rational;
  readonly now: Rational;
  readonly relative: Rational | undefined;
};

/** Shares and indices change by points, sums and counts by percent: 5.4 % after 4.8 % is `+0.60 points`. */
function showChange(
  { before, now, relative }: Movement,
  unit: KpiUnit,
  places: number,
  { words, number }: Language,
): string {
  const difference = subtract(now, before);
  if (difference.numerator === 0n) return words.change.none;
  const sign = difference.numerator > 0n ? '+' : '';
  const amount = `${sign}${number(difference, places)}`;
  switch (unit) {
    case 'percent':
    case 'percent-per-day':
      return words.change.points(amount);
    case 'usd':
    case 'count':
      return relative === undefined
        ? words.change.fromZero(amount)
        : words.unit.percent(`${sign}${number(relative, PERCENT_CHANGE_PLACES)}`);
    case 'fraction':
    case 'index':
    case 'score':
    case 'times':
      return amount;
    case 'days':
    case 'months':
      return words.unit[unit](amount);
  }
}

function magnitudeOf(value: Rational): Rational {
  return value.numerator < 0n ? { numerator: -value.numerator, denominator: value.denominator } : value;
}

function courseOf(movement: number, { direction, ripens }: KpiResult): KpiChange['course'] {
  if (movement === 0) return 'unchanged';
  if (direction === 'neutral' || ripens === true) return 'neutral';
  return movement > 0 === (direction === 'higher-is-better') ? 'better' : 'worse';
}
