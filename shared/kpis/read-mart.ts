import { LocalDate } from '../domain/local-date.ts';
import type { SqlRow, SqlSession } from '../ports/sql-engine.ts';
import { SqlEngineExhausted } from '../ports/sql-engine.ts';
import { exactDecimal } from './exact-decimal.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import { computedKpi, uncomputableKpi } from './kpi-outcome.ts';
import type { BookEntry, KpiResult } from './kpi-result.ts';
import { type MeasureQuery, measureQuery } from './measure-query.ts';
import type { ViewFailures } from './model-views.ts';

/** A KPI together with the mart that it will be read from. */
export type Reading = {
  readonly kpi: KpiDefinition;
  readonly model: string;
  readonly inputs: readonly string[];
};

/** What one KPI came to at each reporting date of its mart, oldest first. */
export type KpiHistory = { readonly kpi: KpiDefinition; readonly results: readonly KpiResult[] };

export type KpiFailure = { readonly mart: string; readonly kpis: readonly string[]; readonly error: unknown };

export type ReadMartDeps = {
  readonly sql: SqlSession;
  readonly asOf: LocalDate;
  readonly book: readonly BookEntry[];
  readonly files: ReadonlyMap<string, string>;
  readonly failedViews: ViewFailures;
  readonly onFailure: (failure: KpiFailure) => void;
};

/**
 * Reads all KPIs of a mart in one scan. An SQL error becomes the reason of the KPIs that it concerns; an engine
 * without memory is thrown, since the same book must not give another mart on another day.
 */
export async function readMart(
  mart: string,
  readings: readonly Reading[],
  deps: ReadMartDeps,
): Promise<readonly KpiHistory[]> {
  if (deps.failedViews.has(mart)) return failed(mart, readings, deps, deps.failedViews.get(mart));
  const kpis = readings.map(({ kpi }) => kpi);
  const query = measureQuery(mart, kpis);
  try {
    const rows = await deps.sql.rows(query.sql);
    return readings.map((reading) => ({
      kpi: reading.kpi,
      results: resultsOf(reading, query, rows, deps),
    }));
  } catch (error) {
    if (error instanceof SqlEngineExhausted) throw error;
    if (readings.length === 1) return failed(mart, readings, deps, error);
    // The shared scan does not tell which KPI is at fault, so each is tried alone.
    const alone: KpiHistory[] = [];
    for (const reading of readings) alone.push(...(await readMart(mart, [reading], deps)));
    return alone;
  }
}

function resultsOf(
  { kpi, model, inputs }: Reading,
  query: MeasureQuery,
  rows: readonly SqlRow[],
  { asOf, book }: ReadMartDeps,
): readonly KpiResult[] {
  if (rows.length === 0) return [uncomputableKpi(kpi, `${model} has no rows`, { model, inputs, asOf })];
  return rows.map((row) => {
    const measures = Object.entries(kpi.measures).map(
      ([name, measure]) => [name, exactDecimal(String(row[query.columnOf(measure)]))] as const,
    );
    const source = {
      model,
      inputs,
      asOf: LocalDate.parse(row['as_of']),
      reportingDate: LocalDate.parse(row['reporting_date']),
      rows: Number(row['row_count']),
      nulls: Number(row[query.nullsColumnOf(kpi)]),
    };
    return computedKpi(kpi, Object.fromEntries(measures), source, book);
  });
}

function failed(
  mart: string,
  readings: readonly Reading[],
  { asOf, files, onFailure }: ReadMartDeps,
  error: unknown,
): readonly KpiHistory[] {
  onFailure({ mart, kpis: readings.map(({ kpi }) => kpi.id), error });
  const reason = `${mart} could not be read: ${firstLineWithoutPaths(error, files)}`;
  return readings.map(({ kpi, model, inputs }) => ({
    kpi,
    results: [uncomputableKpi(kpi, reason, { model, inputs, asOf })],
  }));
}

/** A path on this machine would give the same book other bytes elsewhere. */
function firstLineWithoutPaths(error: unknown, files: ReadonlyMap<string, string>): string {
  const message = error instanceof Error ? error.message : String(error);
  let [line = ''] = message.split('\n', 1);
  for (const [relation, path] of files) line = line.replaceAll(path, relation);
  return line;
}
