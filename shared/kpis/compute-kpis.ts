import type { LocalDate } from '../domain/local-date.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import { bookIdOf } from './book-id.ts';
import type { Catalog } from './catalog.ts';
import { uncomputableKpi } from './kpi-outcome.ts';
import { type BookEntry, KpiMart } from './kpi-result.ts';
import { chooseModel } from './model-choice.ts';
import { createModelViews } from './model-views.ts';
import { type KpiFailure, type KpiHistory, type Reading, readMart } from './read-mart.ts';

export type ComputeKpisInput = {
  readonly book: readonly BookEntry[];
  /** Local Parquet file of each relation of the book, inside the session's scratch directory. */
  readonly files: ReadonlyMap<string, string>;
  readonly catalog: Catalog;
  readonly sql: SqlSession;
  /** The day the book was made for. */
  readonly asOf: LocalDate;
  /** Hears of the KPIs that an SQL error kept from being computed; their results say so as well. */
  readonly onFailure?: (failure: KpiFailure) => void;
};

/**
 * Computes every KPI of the catalogue over the book. A KPI that cannot be computed says why and takes no other
 * down with it. There is no clock here: the same book gives the same mart. Throws SqlEngineExhausted when the
 * engine runs out of memory or disk.
 */
export async function computeKpis(input: ComputeKpisInput): Promise<KpiMart> {
  const { book, catalog, files, sql, asOf, onFailure = () => undefined } = input;
  const entries = book.toSorted((a, b) => (a.relation < b.relation ? -1 : 1));
  const failedViews = await createModelViews(sql, { entries, files }, catalog.models);

  const { readings, missing } = planReadings(entries, catalog, asOf);
  const histories = [...missing];
  const deps = { sql, asOf, book: entries, files, failedViews, onFailure };
  for (const [mart, readingsOfMart] of Map.groupBy(readings, ({ model }) => model)) {
    histories.push(...(await readMart(mart, readingsOfMart, deps)));
  }
  // Parsing puts the keys in the schema's order, whatever order the caller's entries had.
  return KpiMart.parse({
    bookId: bookIdOf(entries, catalog.sha256),
    asOf,
    book: entries,
    catalogSha256: catalog.sha256,
    ...inOrder(histories),
  });
}

function planReadings(
  entries: readonly BookEntry[],
  catalog: Catalog,
  asOf: LocalDate,
): { readonly readings: readonly Reading[]; readonly missing: readonly KpiHistory[] } {
  const relations = new Set(entries.map(({ relation }) => relation));
  const readings: Reading[] = [];
  const missing: KpiHistory[] = [];
  for (const kpi of catalog.kpis) {
    const choice = chooseModel(kpi, catalog.models, { relations, asOf });
    if (choice.kind === 'readable') readings.push({ kpi, model: choice.model, inputs: choice.inputs });
    else {
      const at = { model: choice.model, inputs: [], asOf };
      missing.push({ kpi, results: [uncomputableKpi(kpi, choice.reason, at)] });
    }
  }
  return { readings, missing };
}

/** The newest result of each KPI by id, and every result that belongs to a reporting date, oldest first. */
function inOrder(histories: readonly KpiHistory[]): Pick<KpiMart, 'kpis' | 'series'> {
  const byId = histories.toSorted((a, b) => (a.kpi.id < b.kpi.id ? -1 : 1));
  return {
    kpis: byId.flatMap(({ results }) => results.slice(-1)),
    series: byId
      .flatMap(({ results }) => results.filter(({ rows }) => rows > 0))
      .toSorted(
        (a, b) => Number(a.reportingDate > b.reportingDate) - Number(a.reportingDate < b.reportingDate),
      ),
  };
}
