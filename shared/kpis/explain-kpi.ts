import type { Sha256 } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import type { Catalog } from './catalog.ts';
import { measureWords, metricText } from './definition-words.ts';
import { type KpiChangeSplit, splitChange } from './explain-change.ts';
import { type DimensionMoves, movesByDimension } from './explain-movers.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import type { BookEntry, Contributor, KpiMart, KpiResult, PeriodGrain } from './kpi-result.ts';
import { previousOf } from './previous-result.ts';

// Everything behind one number, so that whoever doubts it can check it by hand. It is read from the mart: what is said
// here is what was computed then, also where the definitions have changed since.

export type KpiExplanation = {
  readonly definition: ExplainedDefinition;
  readonly kpi: KpiResult;
  /** All versions that were computed over the same book, the one in force last. */
  readonly versions: readonly KpiResult[];
  /** Pseudonyms, largest part of the numerator first; of the whole book alone. */
  readonly contributors: readonly Contributor[];
  readonly inputs: readonly BookEntry[];
  readonly bookId: string;
  readonly asOf: LocalDate;
  readonly grain: PeriodGrain;
  readonly catalogSha256: Sha256;
  /** The definitions are not those that the number was computed with. */
  readonly isOfOtherCatalog: boolean;
  readonly previous: KpiResult | undefined;
  readonly change: KpiChangeSplit | undefined;
  readonly moves: readonly DimensionMoves[];
  readonly series: readonly KpiResult[];
  readonly quarters: readonly KpiResult[];
};

export type ExplainedDefinition = Pick<
  KpiDefinition,
  | 'id'
  | 'name'
  | 'nameEs'
  | 'department'
  | 'owner'
  | 'cadence'
  | 'version'
  | 'provisional'
  | 'formula'
  | 'grain'
  | 'periods'
  | 'freshness'
  | 'dimensions'
  | 'direction'
  | 'ripens'
  | 'thresholds'
  | 'thresholdsOf'
> & {
  /** `(par_30) / (outstanding) * 100`; absent where no feed brings what it needs. */
  readonly expression?: string;
  readonly measures: Readonly<Record<string, string>>;
  readonly unavailable?: string;
};

/** What of the mart is asked for. */
export type ExplainedPart = { readonly id: string; readonly dimension?: Readonly<Record<string, string>> };

/** Undefined when the mart has no such KPI, or the KPI no such part. */
export function explainKpi(
  { id, dimension = {} }: ExplainedPart,
  mart: KpiMart,
  catalog: Pick<Catalog, 'kpis' | 'sha256'>,
): KpiExplanation | undefined {
  const definition = catalog.kpis.find((candidate) => candidate.id === id);
  const isTotal = Object.keys(dimension).length === 0;
  const parts = isTotal ? mart.series : mart.breakdowns;
  const isAsked = (result: KpiResult): boolean => result.id === id && isSamePart(result.dimension, dimension);
  const kpi = isTotal ? mart.kpis.find(isAsked) : parts.filter(isAsked).toSorted(byDate).at(-1);
  if (definition === undefined || kpi === undefined) return undefined;
  const series = parts
    .filter(isAsked)
    .filter(({ version }) => version === kpi.version)
    .toSorted(byDate);
  const previous = previousOf(kpi, series);
  return {
    definition: explainedDefinition(definition),
    kpi,
    versions: isTotal ? [...mart.former.filter(isAsked).toSorted(byVersion), kpi] : [kpi],
    contributors: isTotal ? mart.contributors.filter((part) => part.kpi === id) : [],
    inputs: mart.book.filter(({ dataset }) => kpi.inputs.includes(dataset)),
    bookId: mart.bookId,
    asOf: mart.asOf,
    grain: mart.grain,
    catalogSha256: mart.catalogSha256,
    isOfOtherCatalog: mart.catalogSha256 !== catalog.sha256,
    previous,
    change: previous && splitChange(kpi, previous),
    moves: isTotal && previous ? movesByDimension(kpi, previous, mart.breakdowns) : [],
    series,
    quarters: isTotal ? mart.quarters.filter(isAsked).toSorted(byDate) : [],
  };
}

/** The values of each dimension for which there is a result: those of today first, of them the one with most rows. */
export function partsOf(id: string, mart: KpiMart): ReadonlyMap<string, readonly string[]> {
  const parts = mart.breakdowns
    .filter((result) => result.id === id)
    .toSorted((a, b) => byDate(b, a) || b.rows - a.rows)
    .flatMap(({ dimension }) => Object.entries(dimension));
  const byName = Map.groupBy(parts, ([name]) => name);
  return new Map([...byName].map(([name, values]) => [name, [...new Set(values.map(([, value]) => value))]]));
}

function explainedDefinition(kpi: KpiDefinition): ExplainedDefinition {
  const { id, name, nameEs, department, owner, cadence, version, provisional, formula } = kpi;
  const { grain, periods, freshness, dimensions, direction, ripens, thresholds, thresholdsOf } = kpi;
  const measures = kpi.unavailable === undefined ? Object.entries(kpi.measures) : [];
  return {
    ...{ id, name, nameEs, department, owner, cadence, version, provisional, formula },
    ...{
      grain,
      periods,
      freshness,
      dimensions,
      direction,
      ripens,
      ...(thresholds && { thresholds }),
      thresholdsOf,
    },
    ...(kpi.unavailable === undefined ? { expression: metricText(kpi) } : { unavailable: kpi.unavailable }),
    measures: Object.fromEntries(measures.map(([measure, how]) => [measure, measureWords(how, '')])),
  };
}

function isSamePart(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const [namesOfA, namesOfB] = [Object.keys(a), Object.keys(b)];
  return namesOfA.length === namesOfB.length && namesOfB.every((name) => a[name] === b[name]);
}

function byDate(a: KpiResult, b: KpiResult): number {
  return a.reportingDate < b.reportingDate ? -1 : Number(a.reportingDate > b.reportingDate);
}

function byVersion(a: KpiResult, b: KpiResult): number {
  return a.version - b.version;
}
