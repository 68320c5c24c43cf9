import type { LocalDate } from '../domain/local-date.ts';
import { compare, divide, type Rational, rational } from '../domain/rational.ts';
import type { KpiMart, KpiResult, KpiUnit } from '../kpis/kpi-result.ts';
import { exactValueOf, isTotal } from './exact-value.ts';
import { DOCUMENTS, type Language } from './language/language.ts';

/** Some KPIs of one unit at every reporting date of the book. */
export type Trend = {
  readonly unit: KpiUnit;
  readonly lines: readonly TrendLine[];
  /** Limits of all lines, lowest first; limits at the same height are one rule. */
  readonly limits: readonly TrendLimit[];
  /** Every date at which a line has a value, oldest first. */
  readonly dates: readonly LocalDate[];
};

export type TrendLine = { readonly name: string; readonly points: readonly TrendPoint[] };
export type TrendPoint = {
  readonly date: LocalDate;
  readonly value: Rational;
  readonly shown: string;
  /** Where there is little room: `12.0 M` of dollars. */
  readonly short: string;
};
export type TrendLimit = { readonly value: Rational; readonly shown: string; readonly label: string };

export type TrendSpan = {
  readonly language?: Language;
  /** The newest so many; without it all. */
  readonly dates?: number;
};

/** A year of months. */
const TABLE_DATES = 12;

const SHORT_FROM = rational(100_000);
const MILLION = rational(1_000_000);

/** `lines` in the order in which they are drawn; those without any value are left out. */
export function trendOf(
  mart: Pick<KpiMart, 'series'>,
  lines: readonly { readonly id: string; readonly name: string }[],
  look: TrendSpan = {},
): Trend {
  const { language = DOCUMENTS, dates: mostDates } = look;
  const dated = new Set(mart.series.map(({ reportingDate }) => reportingDate));
  const first = mostDates === undefined ? undefined : [...dated].toSorted().at(-mostDates);
  const series = lines.map(({ id, name }) => ({
    name,
    results: mart.series.filter(
      (kpi) => kpi.id === id && isTotal(kpi) && (first === undefined || kpi.reportingDate >= first),
    ),
  }));
  const drawn = series
    .map(({ name, results }) => ({ name, points: pointsOf(results, language) }))
    .filter(({ points }) => points.length > 0);
  const dates = new Set(drawn.flatMap((line) => line.points.map((point) => point.date)));
  return {
    unit: series.flatMap(({ results }) => results).at(0)?.unit ?? 'percent',
    lines: drawn,
    limits: mergeLimits(series.flatMap((one) => limitsOf(one, language))),
    dates: [...dates].toSorted(),
  };
}

/** The newest dates, oldest first, with the value of each line or undefined where it has none. */
export function trendRows(trend: Trend): { date: LocalDate; shown: (string | undefined)[] }[] {
  return trend.dates.slice(-TABLE_DATES).map((date) => ({
    date,
    shown: trend.lines.map((line) => line.points.find((point) => point.date === date)?.shown),
  }));
}

function pointsOf(results: readonly KpiResult[], language: Language): TrendPoint[] {
  const points = results.flatMap((kpi) => {
    const value = exactValueOf(kpi);
    if (!value) return [];
    const shown = language.value(value, kpi.unit, kpi.precision);
    return [{ date: kpi.reportingDate, value, shown, short: shortOf(value, kpi.unit, language) ?? shown }];
  });
  return points.toSorted((a, b) => (a.date < b.date ? -1 : 1));
}

function shortOf(value: Rational, unit: KpiUnit, { number, words }: Language): string | undefined {
  const millions = divide(value, MILLION);
  if (unit !== 'usd' || millions === undefined || compare(value, SHORT_FROM) < 0) return undefined;
  return words.unit.usd(`${number(millions, 2)} ${words.chart.million}`);
}

type Series = { readonly name: string; readonly results: readonly KpiResult[] };

function limitsOf({ name, results }: Series, { words, limit: shownLimit }: Language): TrendLimit[] {
  const newest = results.at(-1);
  if (!newest?.thresholds) return [];
  const { unit, thresholds } = newest;
  return (['warning', 'critical'] as const).flatMap((level) => {
    const limit = thresholds[level];
    if (limit === undefined) return [];
    return [{ value: rational(limit), shown: shownLimit(limit, unit), label: words.chart[level](name) }];
  });
}

function mergeLimits(limits: readonly TrendLimit[]): TrendLimit[] {
  const rules: TrendLimit[] = [];
  for (const limit of limits.toSorted((a, b) => compare(a.value, b.value))) {
    const last = rules.at(-1);
    if (last && compare(last.value, limit.value) === 0) {
      rules[rules.length - 1] = { ...last, label: `${last.label}, ${limit.label}` };
    } else rules.push(limit);
  }
  return rules;
}
