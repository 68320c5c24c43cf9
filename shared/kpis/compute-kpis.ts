import type { LocalDate } from '../domain/local-date.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import { bookIdOf } from './book-id.ts';
import type { Catalog } from './catalog.ts';
import { isTable, readTables } from './derived-tables.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import { uncomputableKpi } from './kpi-outcome.ts';
import { type BookEntry, KpiMart, type KpiResult, type PeriodGrain } from './kpi-result.ts';
import { chooseModel } from './model-choice.ts';
import { createModelViews } from './model-views.ts';
import { type KpiFailure, type KpiHistory, onlyTotals, type Reading, readMart } from './read-mart.ts';
import { type ResolvedModels, resolveModels, withWhatTheyRead } from './resolved-models.ts';

export type ComputeKpisInput = {
  readonly book: readonly BookEntry[];
  /** Local Parquet file of each relation of the book, inside the session's scratch directory. */
  readonly files: ReadonlyMap<string, string>;
  readonly catalog: Catalog;
  readonly sql: SqlSession;
  /** The day that is reported: nothing that happened later is seen. */
  readonly asOf: LocalDate;
  /** How long the periods are; months unless said. */
  readonly grain?: PeriodGrain;
  /** Makes pseudonyms of loans and customers. Without it nobody is named, not even so. */
  readonly tokenOf?: ((column: string, value: string) => string) | undefined;
  /** Hears of the KPIs and tables that an SQL error kept from being computed; their results say so as well. */
  readonly onFailure?: (failure: KpiFailure) => void;
  /** Hears the name of each model before it is made or read, for progress and for measuring. */
  readonly onStep?: (model: string) => void;
};

/**
 * Computes every KPI of the catalogue over the book. A KPI that cannot be computed says why and takes no other
 * down with it. There is no clock here: the same book gives the same mart. Throws SqlEngineExhausted when the
 * engine runs out of memory or disk.
 */
export async function computeKpis(input: ComputeKpisInput): Promise<KpiMart> {
  const { book, catalog, files, sql, asOf, grain = 'month', tokenOf } = input;
  const { onFailure = () => undefined, onStep = () => undefined } = input;
  const entries = book.toSorted((a, b) => (a.relation < b.relation ? -1 : 1));
  const resolved = resolveModels(catalog.models, new Set(entries.map(({ relation }) => relation)));
  const { readings, missing } = planReadings(catalog, resolved, { asOf, period: grain });
  const marts = Map.groupBy(readings, ({ model }) => model);
  const roots = [...marts.keys(), ...catalog.models.filter(isTable).map(({ name }) => name)];
  const failedViews = await createModelViews(
    sql,
    { entries, files, asOf, grain },
    { models: withWhatTheyRead(roots, resolved.ready), onStep },
  );

  const histories = [...missing];
  const deps = { sql, asOf, grain, book: entries, files, failedViews, tokenOf, onFailure };
  for (const [mart, readingsOfMart] of marts) {
    onStep(mart);
    histories.push(...(await readMart(mart, readingsOfMart, deps)));
  }
  const tables = await readTables(catalog.models, resolved, { ...deps, onStep });
  // Parsing puts the keys in the schema's order, whatever order the caller's entries had.
  return KpiMart.parse({
    bookId: bookIdOf(entries, catalog.sha256),
    asOf,
    grain,
    book: entries,
    catalogSha256: catalog.sha256,
    ...inOrder(histories, catalog),
    tables,
  });
}

function planReadings(
  catalog: Catalog,
  resolved: ResolvedModels,
  at: { readonly asOf: LocalDate; readonly period: PeriodGrain },
): { readonly readings: readonly Reading[]; readonly missing: readonly KpiHistory[] } {
  const readings: Reading[] = [];
  const missing: KpiHistory[] = [];
  for (const kpi of [...catalog.kpis, ...catalog.former]) {
    if (kpi.unavailable !== undefined) {
      missing.push(nothing(kpi, kpi.unavailable, { model: '', ...at }));
      continue;
    }
    const reason = whyNoSuchPeriod(kpi, at.period);
    if (reason !== undefined) {
      missing.push(nothing(kpi, reason, { model: '', ...at }));
      continue;
    }
    const choice = chooseModel(kpi, resolved, at.asOf);
    if (choice.kind === 'readable') readings.push({ kpi, model: choice.model, inputs: choice.inputs });
    else missing.push(nothing(kpi, choice.reason, { model: choice.model, ...at }));
  }
  return { readings, missing };
}

function whyNoSuchPeriod({ periods }: KpiDefinition, period: PeriodGrain): string | undefined {
  if (periods === 'month' && period !== 'month') return `is a figure of one month, and a ${period} has none`;
  if (periods === 'months' && period === 'quarter')
    return 'is added up from months: its quarters stand with the figures by month';
  return undefined;
}

function nothing(
  kpi: KpiDefinition,
  reason: string,
  at: { readonly model: string; readonly asOf: LocalDate; readonly period: PeriodGrain },
): KpiHistory {
  return onlyTotals(kpi, uncomputableKpi(kpi, reason, { ...at, inputs: [] }));
}

type Computed = Omit<KpiMart, 'bookId' | 'asOf' | 'grain' | 'book' | 'catalogSha256' | 'tables'>;

/** The newest result of each KPI by id, and every result that belongs to a reporting date, oldest first. */
function inOrder(histories: readonly KpiHistory[], { former }: Catalog): Computed {
  const replaced = new Set(former.map(({ id, version }) => `${id} ${version}`));
  const isReplaced = ({ kpi }: KpiHistory) => replaced.has(`${kpi.id} ${kpi.version}`);
  const byId = histories.toSorted((a, b) =>
    a.kpi.id === b.kpi.id ? a.kpi.version - b.kpi.version : a.kpi.id < b.kpi.id ? -1 : 1,
  );
  const inForce = byId.filter((history) => !isReplaced(history));
  return {
    kpis: inForce.flatMap(({ results }) => results.slice(-1)),
    series: oldestFirst(inForce.flatMap(({ results }) => results.filter(({ rows }) => rows > 0))).map(
      withoutMeasures,
    ),
    former: byId.filter(isReplaced).flatMap(({ results }) => results.slice(-1)),
    breakdowns: inForce.flatMap(({ breakdowns }) => breakdowns).map(withoutMeasures),
    quarters: oldestFirst(inForce.flatMap(({ quarters }) => quarters)).map(withoutMeasures),
    contributors: inForce.flatMap(({ contributors }) => contributors),
  };
}

function oldestFirst(results: readonly KpiResult[]): readonly KpiResult[] {
  return results.toSorted(
    (a, b) => Number(a.reportingDate > b.reportingDate) - Number(a.reportingDate < b.reportingDate),
  );
}

function withoutMeasures({ measures: _measures, ...result }: KpiResult): KpiResult {
  return result;
}
