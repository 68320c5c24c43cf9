import { rational } from '../../domain/rational.ts';
import type { KpiMart, KpiResult } from '../../kpis/kpi-result.ts';
import { isTotal } from '../exact-value.ts';
import type { Language } from '../language/language.ts';

// A part of the book: one value of one dimension. Each KPI divides the sums of the part itself, so its number is the
// part's own and no share of the whole one.

export type Part = { readonly dimension: string; readonly value: string };

/** A dimension and its values, as the breakdowns have them. */
export type Dimension = { readonly name: string; readonly values: readonly string[] };

export type PartOfMart = Pick<KpiMart, 'kpis' | 'series'> & {
  /** KPIs that have no value for the part: not divided by the dimension at all, or without the value. */
  readonly undivided: ReadonlySet<string>;
};

export function dimensionsOf({ breakdowns }: Pick<KpiMart, 'breakdowns'>): Dimension[] {
  const values = new Map<string, Set<string>>();
  for (const { dimension } of breakdowns) {
    for (const [name, value] of Object.entries(dimension)) {
      const known = values.get(name) ?? new Set();
      values.set(name, known.add(value));
    }
  }
  return [...values].map(([name, of]) => ({ name, values: [...of].toSorted(NATURAL.compare) }));
}

const NATURAL = new Intl.Collator('en', { numeric: true });

/** The mart as if there were nothing but the part: its results look like totals. */
export function partOf(mart: KpiMart, { dimension, value }: Part, language: Language): PartOfMart {
  const results = Map.groupBy(mart.breakdowns, ({ id }) => id);
  const undivided = new Set<string>();
  const kpis = mart.kpis.filter(isTotal).map((kpi): KpiResult => {
    const divided = (results.get(kpi.id) ?? []).filter((result) => dimension in result.dimension);
    if (divided.length === 0) undivided.add(kpi.id);
    const own = divided.find(
      (result) => result.dimension[dimension] === value && result.reportingDate === kpi.reportingDate,
    );
    return own ? { ...own, dimension: {} } : withoutValue(kpi, divided.length > 0, dimension, language);
  });
  const series = mart.breakdowns
    .filter((result) => result.dimension[dimension] === value)
    .map((result) => ({ ...result, dimension: {} }));
  return { kpis, series, undivided };
}

function withoutValue(kpi: KpiResult, isDivided: boolean, dimension: string, language: Language): KpiResult {
  const { filter } = language.words;
  const reason = isDivided ? filter.notInPart : filter.notDivided(dimensionName(dimension, language));
  const none = { value: null, numerator: null, denominator: null, rows: 0, nulls: 0 };
  return { ...kpi, ...none, status: 'not-computable', reason };
}

export function dimensionName(name: string, { words }: Language): string {
  return Object.entries(words.dimension).find(([known]) => known === name)?.[1] ?? name;
}

export function partName(value: string, { words }: Language): string {
  return value === 'unknown' ? words.unknownValue : value;
}

/** Results of one KPI by the values of a dimension at its newest reporting date, the largest numerator first. */
export function resultsBy(mart: KpiMart, id: string, dimension: string): KpiResult[] {
  const newest = mart.kpis.find((kpi) => kpi.id === id && isTotal(kpi))?.reportingDate;
  return mart.breakdowns
    .filter((result) => result.id === id && dimension in result.dimension && result.reportingDate === newest)
    .toSorted((a, b) => {
      const [left, right] = [
        rational(a.denominator ?? a.numerator ?? '0'),
        rational(b.denominator ?? b.numerator ?? '0'),
      ];
      const order = right.numerator * left.denominator - left.numerator * right.denominator;
      return order > 0n ? 1 : order < 0n ? -1 : 0;
    });
}
