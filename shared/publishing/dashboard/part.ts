import { rational } from '../../domain/rational.ts';
import type { KpiMart, KpiResult } from '../../kpis/kpi-result.ts';
import { isTotal } from '../exact-value.ts';
import type { Language } from '../language/language.ts';
import { dimensionName } from '../language/names.ts';

// A part of the book: one value of one dimension. Each KPI divides the sums of the part itself, so its number is the
// part's own and no share of the whole one.

export type Part = { readonly dimension: string; readonly value: string };

/** A dimension and its values, as the breakdowns have them. */
export type Dimension = { readonly name: string; readonly values: readonly string[] };

export type PartOfMart = Pick<KpiMart, 'kpis' | 'series'> & {
  /** KPIs that have no number for the part, and why, in the language of the page. */
  readonly without: ReadonlyMap<string, string>;
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
  const { filter } = language.words;
  const without = new Map<string, string>();
  const kpis = mart.kpis.filter(isTotal).map((kpi): KpiResult => {
    const divided = (results.get(kpi.id) ?? []).filter((result) => dimension in result.dimension);
    const own = divided.find(
      (result) => result.dimension[dimension] === value && result.reportingDate === kpi.reportingDate,
    );
    if (own) return { ...own, dimension: {} };
    const notDivided = filter.notDivided(dimensionName(dimension, language));
    without.set(kpi.id, divided.length > 0 ? filter.notInPart : notDivided);
    return withoutValue(kpi);
  });
  const series = mart.breakdowns
    .filter((result) => result.dimension[dimension] === value)
    .map((result) => ({ ...result, dimension: {} }));
  return { kpis, series, without };
}

/** What the engine says of the whole book holds for no part of it. */
function withoutValue(ofWhole: KpiResult): KpiResult {
  const { reason: _, ...kpi } = ofWhole;
  const none = { value: null, numerator: null, denominator: null, rows: 0, nulls: 0 };
  return { ...kpi, ...none, status: 'not-computable' };
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
