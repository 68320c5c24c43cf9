import { type LocalDate, ofDay } from '../domain/local-date.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import { SqlEngineExhausted } from '../ports/sql-engine.ts';
import { readContributors } from './contributors.ts';
import type { ComputableKpi } from './kpi-definition.ts';
import { computedKpi, uncomputableKpi } from './kpi-outcome.ts';
import type { BookEntry, Contributor, KpiResult, PeriodGrain } from './kpi-result.ts';
import { type MeasureQuery, type MeasureScope, measureQuery } from './measure-query.ts';
import { type MeasureRow, measureRowOf, rolledUp, sumOf } from './measure-rows.ts';
import type { ViewFailures } from './model-views.ts';
import { quarterEnd } from './quarter-end.ts';

/** A KPI together with the mart that it will be read from. */
export type Reading = {
  readonly kpi: ComputableKpi;
  readonly model: string;
  readonly inputs: readonly string[];
};

/** What one KPI came to. */
export type KpiHistory = {
  readonly kpi: Pick<KpiResult, 'id' | 'version'>;
  /** At each reporting date of its mart, oldest first. */
  readonly results: readonly KpiResult[];
  readonly quarters: readonly KpiResult[];
  readonly breakdowns: readonly KpiResult[];
  readonly contributors: readonly Contributor[];
};

export type KpiFailure = { readonly mart: string; readonly kpis: readonly string[]; readonly error: unknown };

export type ReadMartDeps = {
  readonly sql: SqlSession;
  readonly asOf: LocalDate;
  readonly grain: PeriodGrain;
  readonly book: readonly BookEntry[];
  readonly files: ReadonlyMap<string, string>;
  readonly failedViews: ViewFailures;
  /** Without it nobody can be named as a contributor. */
  readonly tokenOf?: ((column: string, value: string) => string) | undefined;
  readonly onFailure: (failure: KpiFailure) => void;
};

/**
 * Reads all KPIs of a mart: in one scan over all dates, and in one for each dimension over the newest two. An SQL error
 * becomes the reason of the KPIs that it concerns; an engine without memory is thrown, since the same book must not give
 * another mart on another day.
 */
export async function readMart(
  mart: string,
  readings: readonly Reading[],
  deps: ReadMartDeps,
): Promise<readonly KpiHistory[]> {
  if (deps.failedViews.has(mart)) return failed(mart, readings, deps, deps.failedViews.get(mart));
  try {
    return await readTogether(mart, readings, deps);
  } catch (error) {
    if (error instanceof SqlEngineExhausted) throw error;
    if (readings.length === 1) return failed(mart, readings, deps, error);
    // The shared scan does not tell which KPI is at fault, so each is tried alone.
    const alone: KpiHistory[] = [];
    for (const reading of readings) alone.push(...(await readMart(mart, [reading], deps)));
    return alone;
  }
}

type Scan = { readonly query: MeasureQuery; readonly rows: readonly MeasureRow[] };

async function readTogether(
  mart: string,
  readings: readonly Reading[],
  deps: ReadMartDeps,
): Promise<readonly KpiHistory[]> {
  const kpis = readings.map(({ kpi }) => kpi);
  const total = await scan(mart, kpis, {}, deps);
  const columns = await columnsOf(mart, kpis, deps);
  const divided = await scanByDimension(mart, kpis, { columns, total }, deps);
  const histories: KpiHistory[] = [];
  for (const reading of readings) {
    const { kpi, model, inputs } = reading;
    const results =
      total.rows.length === 0
        ? [
            uncomputableKpi(kpi, noRowsOf(reading, deps), {
              model,
              inputs,
              asOf: deps.asOf,
              period: deps.grain,
            }),
          ]
        : total.rows.map((row) => resultOf(reading, total.query, row, deps));
    const breakdowns = divided.rows
      .filter(({ dimension }) => dimension !== undefined && kpi.dimensions.includes(dimension))
      .map((row) => resultOf(reading, divided.query, row, deps));
    const isNamed = kpi.contributors !== undefined && columns.has(kpi.contributors);
    const contributors = isNamed ? await readContributors(mart, kpi, results.at(-1), deps) : [];
    histories.push({ kpi, results, quarters: quartersOf(reading, total, deps), breakdowns, contributors });
  }
  return histories;
}

/** With the days of the snapshots: one that is too old, or later than what is reported, leaves nothing to tell. */
function noRowsOf({ model, inputs }: Reading, { asOf, book }: ReadMartDeps): string {
  const days = book
    .filter(({ dataset }) => inputs.includes(dataset))
    .map(({ dataset, asOf: day }) => `${dataset}${ofDay(day)}`);
  return `${model} has no rows for ${asOf} out of ${[...new Set(days)].toSorted().join(', ')}`;
}

/** One scan of the newest two dates for all dimensions. */
async function scanByDimension(
  mart: string,
  kpis: readonly ComputableKpi[],
  { columns, total }: { readonly columns: ReadonlySet<string>; readonly total: Scan },
  deps: ReadMartDeps,
): Promise<Scan> {
  const since = total.rows.at(-2)?.reportingDate ?? total.rows.at(-1)?.reportingDate;
  const wanted = new Set(kpis.flatMap(({ dimensions }) => dimensions));
  const dimensions = [...wanted].filter((dimension) => columns.has(dimension));
  if (since === undefined || dimensions.length === 0) return { query: total.query, rows: [] };
  const divided = kpis.filter((kpi) => kpi.dimensions.some((dimension) => columns.has(dimension)));
  return await scan(mart, divided, { dimensions, since }, deps);
}

async function columnsOf(
  mart: string,
  kpis: readonly ComputableKpi[],
  { sql }: ReadMartDeps,
): Promise<ReadonlySet<string>> {
  const isAsked = kpis.some(
    ({ dimensions, contributors }) => dimensions.length > 0 || contributors !== undefined,
  );
  if (!isAsked) return new Set();
  const described = await sql.rows(`DESCRIBE SELECT * FROM ${mart}`);
  return new Set(described.map((column) => String(column['column_name'])));
}

async function scan(
  mart: string,
  kpis: readonly ComputableKpi[],
  scope: MeasureScope,
  { sql }: ReadMartDeps,
): Promise<Scan> {
  const query = measureQuery(mart, kpis, scope);
  return {
    query,
    rows: (await sql.rows(query.sql)).map((row) => measureRowOf(row, query, scope.dimensions)),
  };
}

/** From months, where they make a quarter; days and weeks reach back too little. Quarters are what they are. */
function quartersOf(reading: Reading, { query, rows }: Scan, deps: ReadMartDeps): readonly KpiResult[] {
  const isMade =
    deps.grain === 'quarter' || (deps.grain === 'month' && ['any', 'months'].includes(reading.kpi.periods));
  if (!isMade) return [];
  return [...Map.groupBy(rows, ({ reportingDate }) => quarterEnd(reportingDate))].flatMap(
    ([end, [first, ...others]]) => {
      if (first === undefined) return [];
      const row = rolledUp(reading.kpi, query, [first, ...others]);
      return [resultOf(reading, query, { ...row, reportingDate: end }, { ...deps, grain: 'quarter' })];
    },
  );
}

function resultOf(
  { kpi, model, inputs }: Reading,
  query: MeasureQuery,
  row: MeasureRow,
  { book, grain }: ReadMartDeps,
): KpiResult {
  const measures = Object.fromEntries(
    Object.entries(kpi.measures).map(([name, measure]) => [name, sumOf(row, query.columnOf(measure))]),
  );
  const source = {
    model,
    inputs,
    asOf: row.asOf,
    reportingDate: row.reportingDate,
    period: grain,
    rows: row.rowCount,
    nulls: Number(sumOf(row, query.nullsColumnOf(kpi)).units),
    dimension: row.dimension === undefined || row.member === undefined ? {} : { [row.dimension]: row.member },
  };
  return computedKpi(kpi, measures, source, book);
}

function failed(
  mart: string,
  readings: readonly Reading[],
  { asOf, grain, files, onFailure }: ReadMartDeps,
  error: unknown,
): readonly KpiHistory[] {
  onFailure({ mart, kpis: readings.map(({ kpi }) => kpi.id), error });
  const reason = `${mart} could not be read: ${firstLineWithoutPaths(error, files)}`;
  return readings.map(({ kpi, model, inputs }) =>
    onlyTotals(kpi, uncomputableKpi(kpi, reason, { model, inputs, asOf, period: grain })),
  );
}

/** A history that is a single result. */
export function onlyTotals(kpi: Pick<KpiResult, 'id' | 'version'>, result: KpiResult): KpiHistory {
  return { kpi, results: [result], quarters: [], breakdowns: [], contributors: [] };
}

/** A path on this machine would give the same book other bytes elsewhere. */
export function firstLineWithoutPaths(error: unknown, files: ReadonlyMap<string, string>): string {
  const message = error instanceof Error ? error.message : String(error);
  let [line = ''] = message.split('\n', 1);
  for (const [relation, path] of files) line = line.replaceAll(path, relation);
  return line;
}
