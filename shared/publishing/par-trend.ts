import type { LocalDate } from '../domain/local-date.ts';
import { compare, type Rational, rational } from '../domain/rational.ts';
import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';
import { exactValueOf, isTotal } from './exact-value.ts';
import { showLimit, showValue } from './show-value.ts';

/** PAR 30 and PAR 90 at every reporting date of the book. */
export type ParTrend = {
  readonly lines: readonly TrendLine[];
  /** Limits of all lines, lowest first; limits at the same height are one rule. */
  readonly limits: readonly TrendLimit[];
  /** Every date at which a line has a value, oldest first. */
  readonly dates: readonly LocalDate[];
};

export type TrendLine = { readonly name: string; readonly points: readonly TrendPoint[] };
export type TrendPoint = { readonly date: LocalDate; readonly value: Rational; readonly shown: string };
export type TrendLimit = { readonly value: Rational; readonly shown: string; readonly label: string };

const LINES = [
  { id: 'risk.par_90', name: 'PAR 90' },
  { id: 'risk.par_30', name: 'PAR 30' },
];

/** A year of months. */
const TABLE_DATES = 12;

export function parTrendOf(mart: KpiMart): ParTrend {
  const totals = mart.series.filter(isTotal);
  const series = LINES.map(({ id, name }) => ({ name, results: totals.filter((kpi) => kpi.id === id) }));
  const lines = series.map(trendLine).filter((line) => line.points.length > 0);
  const dates = new Set(lines.flatMap((line) => line.points.map((point) => point.date)));
  return { lines, limits: mergeLimits(series.flatMap(limitsOf)), dates: [...dates].toSorted() };
}

/** The newest dates, oldest first, with the value of each line or undefined where it has none. */
export function trendRows(trend: ParTrend): { date: LocalDate; shown: (string | undefined)[] }[] {
  return trend.dates.slice(-TABLE_DATES).map((date) => ({
    date,
    shown: trend.lines.map((line) => line.points.find((point) => point.date === date)?.shown),
  }));
}

type Series = { readonly name: string; readonly results: readonly KpiResult[] };

function trendLine({ name, results }: Series): TrendLine {
  const points = results.flatMap((kpi) => {
    const value = exactValueOf(kpi);
    return value
      ? [{ date: kpi.reportingDate, value, shown: showValue(value, kpi.unit, kpi.precision) }]
      : [];
  });
  return { name, points: points.toSorted((a, b) => (a.date < b.date ? -1 : 1)) };
}

function limitsOf({ name, results }: Series): TrendLimit[] {
  const newest = results.at(-1);
  if (!newest?.thresholds) return [];
  const { unit, thresholds } = newest;
  return (['warning', 'critical'] as const).flatMap((level) => {
    const limit = thresholds[level];
    if (limit === undefined) return [];
    return [{ value: rational(limit), shown: showLimit(limit, unit), label: `${name} ${level}` }];
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
