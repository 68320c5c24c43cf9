import { z } from 'zod';
import { LocalDate } from '../domain/local-date.ts';
import type { Catalog } from './catalog.ts';
import { measureWords, metricText, type WayToKpi, wayFinder } from './definition-words.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import { type KpiMart, type KpiResult, KpiStatus, KpiUnit } from './kpi-result.ts';

// The catalogue for programs: what there is, what each needs, and whether it can be had today.

const Availability = z.object({
  /** `unavailable`: no feed brings what it needs. `unknown`: nothing has been computed yet. */
  state: z.enum(['computed', 'not-computable', 'unavailable', 'unknown']),
  reason: z.string().optional(),
  asOf: LocalDate.optional(),
  value: z.string().nullable().optional(),
  status: KpiStatus.optional(),
  /** The mart that was read. */
  model: z.string().optional(),
});

export type ListedKpi = z.infer<typeof ListedKpi>;
export const ListedKpi = z.object({
  id: z.string(),
  name: z.string(),
  nameEs: z.string(),
  department: z.string(),
  owner: z.string(),
  cadence: z.string(),
  version: z.int().positive(),
  formerVersions: z.array(z.int().positive()),
  provisional: z.boolean(),
  formula: z.string(),
  expression: z.string().nullable(),
  measures: z.record(z.string(), z.string()),
  grain: z.string(),
  /** `whole`: a quarter is no sum of its months. `month`: no other period has it. */
  periods: z.enum(['any', 'months', 'whole', 'month']),
  freshnessHours: z.int().positive(),
  dimensions: z.array(z.string()),
  contributors: z.string().nullable(),
  unit: KpiUnit,
  precision: z.int().nonnegative(),
  direction: z.enum(['higher-is-better', 'lower-is-better', 'neutral']),
  /** A new value is not held against riper ones before. */
  ripens: z.boolean(),
  thresholds: z.object({ warning: z.string(), critical: z.string().optional() }).nullable(),
  /** `months`: no other period is held against the limits. `whole-months`: nor is a month that is not over. */
  thresholdsOf: z.enum(['any-period', 'months', 'whole-months']),
  /** Marts in the order in which they are tried; of `needs` any one list of datasets does. */
  ways: z.array(
    z.object({
      model: z.string(),
      needs: z.array(z.array(z.string())),
      optional: z.array(z.string()),
    }),
  ),
  availability: Availability,
});

export type CatalogListing = z.infer<typeof CatalogListing>;
export const CatalogListing = z.object({
  sha256: z.string(),
  /** The day that availability is told of. */
  asOf: LocalDate.nullable(),
  departments: z.array(z.object({ name: z.string(), kpis: z.array(z.string()) })),
  dimensions: z.array(z.object({ name: z.string(), kpis: z.array(z.string()) })),
  /** Datasets that KPIs are computed from, and what each is needed for. */
  datasets: z.array(z.object({ name: z.string(), isInBook: z.boolean(), kpis: z.array(z.string()) })),
  kpis: z.array(ListedKpi),
});

/** `mart`: the newest numbers, from which it is told what can be had. */
export function catalogListing(catalog: Catalog, mart: KpiMart | undefined): CatalogListing {
  const results = new Map(mart?.kpis.map((kpi) => [kpi.id, kpi]));
  const waysTo = wayFinder(catalog.models);
  const kpis = catalog.kpis.map((kpi) => listed(kpi, catalog.former, waysTo(kpi), results.get(kpi.id)));
  const inBook = new Set(mart?.book.map(({ dataset }) => String(dataset)));
  const datasetsOf = (kpi: ListedKpi): string[] =>
    kpi.ways.flatMap(({ needs, optional }) => [...needs.flat(), ...optional]);
  return {
    sha256: catalog.sha256,
    asOf: mart?.asOf ?? null,
    departments: grouped(kpis, ({ department }) => [department]),
    dimensions: grouped(kpis, ({ dimensions }) => dimensions),
    datasets: grouped(kpis, datasetsOf).map(({ name, kpis: ids }) => ({
      name,
      isInBook: inBook.has(name),
      kpis: ids,
    })),
    kpis,
  };
}

function grouped(
  kpis: readonly ListedKpi[],
  namesOf: (kpi: ListedKpi) => readonly string[],
): { name: string; kpis: string[] }[] {
  const names = [...new Set(kpis.flatMap(namesOf))].toSorted();
  return names.map((name) => ({
    name,
    kpis: kpis.filter((kpi) => namesOf(kpi).includes(name)).map(({ id }) => id),
  }));
}

function listed(
  kpi: KpiDefinition,
  former: readonly KpiDefinition[],
  ways: readonly WayToKpi[],
  result: KpiResult | undefined,
): ListedKpi {
  const { id, name, nameEs, department, owner, cadence, version, provisional, formula } = kpi;
  const { grain, periods, unit, precision, direction, ripens, thresholds, thresholdsOf } = kpi;
  const measures = kpi.unavailable === undefined ? Object.entries(kpi.measures) : [];
  return {
    ...{ id, name, nameEs, department, owner, cadence, version, provisional, formula },
    formerVersions: former.filter((other) => other.id === id).map((other) => other.version),
    expression: kpi.unavailable === undefined ? metricText(kpi) : null,
    measures: Object.fromEntries(measures.map(([measure, how]) => [measure, measureWords(how, '')])),
    ...{ grain, periods },
    freshnessHours: kpi.freshness,
    dimensions: [...kpi.dimensions],
    contributors: kpi.contributors ?? null,
    ...{ unit, precision, direction, ripens },
    thresholds: thresholds ?? null,
    thresholdsOf,
    ways: ways.map(({ model, needs, optional }) => ({
      model,
      needs: needs.map((datasets) => [...datasets]),
      optional: [...optional],
    })),
    availability: availabilityOf(kpi, result),
  };
}

function availabilityOf(kpi: KpiDefinition, result: KpiResult | undefined): z.infer<typeof Availability> {
  if (kpi.unavailable !== undefined) return { state: 'unavailable', reason: kpi.unavailable };
  if (result === undefined) return { state: 'unknown' };
  const { asOf, value, status, model, reason } = result;
  return {
    state: value === null ? 'not-computable' : 'computed',
    ...{ asOf, value, status, model },
    ...(reason !== undefined && { reason }),
  };
}
