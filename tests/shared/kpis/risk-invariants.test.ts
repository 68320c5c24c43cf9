import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { add, rational, toDecimal } from '../../../shared/domain/rational.ts';
import { type Catalog, loadCatalog } from '../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../shared/kpis/compute-kpis.ts';
import type { KpiMart, KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { type GeneratedBook, stagedBook } from '../../support/staged-book.ts';
import { date } from './small-book.ts';

// What must hold of the risk KPIs and tables over any book: here, over generated ones of different seeds.

const SEEDS = [11, 12, 13];
const DAY = '2025-12-10';
const PAR = 'looker_loan_par_balances';
const TABLES = [
  'table_ageing',
  'table_par_reconciliation',
  'table_roll_matrix',
  'table_roll_rates',
  'table_roll_transitions',
  'table_vintages',
];

const books = new Map<number, GeneratedBook>();
const marts = new Map<string, Promise<KpiMart>>();
let catalog: Catalog;

beforeAll(async () => {
  for (const seed of SEEDS) books.set(seed, await stagedBook({ loans: 400, seed }));
  catalog = riskOf(await loadCatalog());
});
afterAll(async () => {
  for (const book of books.values()) await book[Symbol.asyncDispose]();
});

function riskOf(whole: Catalog): Catalog {
  return {
    ...whole,
    kpis: whole.kpis.filter(({ id }) =>
      /^risk\.(par|bucket|exposure|npl|roll|cure|write|rdr)|^dq\.par_/.test(id),
    ),
    former: [],
    models: whole.models.filter(({ name }) => !name.startsWith('table_') || TABLES.includes(name)),
  };
}

type Wanted = { readonly asOf?: string; readonly without?: readonly string[] };

/** Computed once, and looked at from several sides. */
function martOf(seed: number, wanted: Wanted = {}): Promise<KpiMart> {
  const key = JSON.stringify([seed, wanted]);
  const mart = marts.get(key) ?? computedMart(seed, wanted);
  marts.set(key, mart);
  return mart;
}

async function computedMart(seed: number, { asOf = DAY, without = [] }: Wanted): Promise<KpiMart> {
  const generated = books.get(seed);
  if (generated === undefined) throw new RangeError(`no book ${seed}`);
  const book = generated.book.filter(({ relation }) => !without.includes(relation));
  await using sql = await duckDbSqlEngine.open(generated.dir);
  return await computeKpis({ book, files: generated.files, catalog, sql, asOf: date(asOf) });
}

describe.each(SEEDS)('a generated book (seed %i)', (seed) => {
  it('has a PAR file that says what its events say, in every row', async () => {
    const mart = await martOf(seed);

    const differences = mart.series.filter(({ id }) => id === 'dq.par_rebuild_differences');
    expect(differences.map(({ value }) => value)).toEqual(differences.map(() => '0'));
    expect(differences).toHaveLength(14);
    expect(tableOf(mart, 'table_par_reconciliation')).toEqual([]);
  });

  it('comes to the same numbers without the PAR file, on each of its dates', async () => {
    const [published, rebuilt] = [await martOf(seed), await martOf(seed, { without: [PAR] })];

    const dates = new Set(published.series.map(({ reportingDate }) => reportingDate));
    const first = [...dates].toSorted()[0];
    // Before the first date of the PAR file nothing is known of what was late then.
    const compared = ({ id, reportingDate }: KpiResult) =>
      dates.has(reportingDate) &&
      (reportingDate !== first || !/roll|cure|write|rdr/.test(id)) &&
      id !== 'risk.rdr_90';
    const valuesOf = (mart: KpiMart) =>
      mart.series
        .filter((kpi) => compared(kpi) && kpi.id.startsWith('risk.'))
        .map(({ id, reportingDate, asOf, numerator, denominator }) => [
          id,
          reportingDate,
          asOf,
          numerator,
          denominator,
        ]);
    expect(valuesOf(rebuilt)).toEqual(valuesOf(published));
  });

  it('is told on a past day as it was told then', async () => {
    const then = await martOf(seed, { asOf: '2025-09-30', without: [PAR] });
    const now = await martOf(seed, { without: [PAR] });

    const until = (mart: KpiMart) =>
      mart.series
        .filter(({ reportingDate }) => reportingDate <= '2025-09-30')
        .map(({ id, reportingDate, numerator, denominator }) => [id, reportingDate, numerator, denominator]);
    expect(until(then)).toEqual(until(now));
    expect(then.kpis.every(({ reportingDate }) => reportingDate <= '2025-09-30')).toBe(true);
  });

  it('is divided by its buckets without rest, in whole and in each part', async () => {
    const { series, breakdowns } = await martOf(seed);

    for (const group of Map.groupBy([...series, ...breakdowns], placeOf).values()) {
      const exposure = group.find(({ id }) => id === 'risk.exposure');
      if (exposure === undefined || !hasBuckets(group)) continue;
      const buckets = group.filter(({ id }) => /bucket_(?:0_7|7_30|30_60|60_90|90_plus)$/.test(id));
      expect(buckets).toHaveLength(5);
      expect(added(buckets.map(({ value }) => value))).toBe(exposure.value);
    }
  });

  it('has PAR amounts that lie within each other, and parts that make up the whole', async () => {
    const { kpis, series, breakdowns } = await martOf(seed);

    for (const group of Map.groupBy([...series, ...breakdowns], placeOf).values()) {
      const amounts = [7, 30, 60, 90].flatMap((days) =>
        group.filter(({ id }) => id === `risk.par_${days}`).map(({ numerator }) => Number(numerator)),
      );
      expect(amounts).toEqual(amounts.toSorted((a, b) => b - a));
    }
    for (const kpi of kpis.filter(({ id, numerator }) => id.startsWith('risk.') && numerator !== null)) {
      const parts = breakdowns.filter(
        ({ id, reportingDate }) => id === kpi.id && reportingDate === kpi.reportingDate,
      );
      for (const own of Map.groupBy(parts, ({ dimension }) => Object.keys(dimension).join()).values())
        expect([kpi.id, added(own.map(({ numerator }) => numerator))]).toEqual([
          kpi.id,
          added([kpi.numerator]),
        ]);
    }
  });

  it('has a roll matrix and roll rates whose rows come to 100 percent', async () => {
    const mart = await martOf(seed);

    const matrix = Map.groupBy(tableOf(mart, 'table_roll_matrix'), (row) => row['from_state']);
    expect(matrix.size).toBe(6);
    for (const row of matrix.values()) {
      const shares = row.flatMap((cell) =>
        cell['share_percent'] === null ? [] : [Number(cell['share_percent'])],
      );
      if (shares.length > 0) expect(total(shares)).toBeCloseTo(100, 3);
    }
    for (const row of tableOf(mart, 'table_roll_rates')) {
      const shares = ['forward', 'cured', 'stable', 'closed'].map((kind) => Number(row[`${kind}_percent`]));
      expect(total(shares)).toBeCloseTo(100, 3);
    }
    const moves = Map.groupBy(
      tableOf(mart, 'table_roll_transitions'),
      (row) => `${row['reporting_date']} ${row['from_state']}`,
    );
    for (const row of moves.values())
      expect(total(row.map((cell) => Number(cell['share_percent'])))).toBeCloseTo(100, 3);
    // A loan without a balance at the earlier date has no weight, and nothing gets worse than written off.
    expect(tableOf(mart, 'table_roll_rates').every((row) => Number(row['balance']) > 0)).toBe(true);
  });

  it('ages each part of the portfolio to 100 percent', async () => {
    const rows = tableOf(await martOf(seed), 'table_ageing').filter((row) => row['share_percent'] !== null);

    const parts = [...Map.groupBy(rows, (row) => `${row['dimension']} ${row['member']}`).values()];
    const sums = parts.map((part) => total(part.map((row) => Number(row['share_percent']))));
    expect(sums.filter((sum) => Math.abs(sum - 100) > 0.001)).toEqual([]);
    expect(sums.length).toBeGreaterThan(8);
  });

  it('has vintages of which more and more was once late', async () => {
    const rows = tableOf(await martOf(seed), 'table_vintages');

    for (const vintage of Map.groupBy(rows, (row) => row['vintage']).values()) {
      const ever = vintage.map((row) => Number(row['ever_30_percent']));
      expect(ever).toEqual(ever.toSorted((a, b) => a - b));
      expect(vintage.map((row) => row['months_on_book'])).toEqual(vintage.map((_, index) => String(index)));
    }
  });
});

type TableRow = Readonly<Record<string, string | null>>;

function tableOf(mart: KpiMart, name: string): readonly TableRow[] {
  const table = mart.tables.find((candidate) => candidate.name === name);
  if (table === undefined) throw new RangeError(`no table ${name}`);
  expect(table.reason).toBeUndefined();
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((column, index) => [column.name, row[index] ?? null])),
  );
}

function placeOf({ reportingDate, dimension }: KpiResult): string {
  return `${reportingDate} ${JSON.stringify(dimension)}`;
}

/** The exposure is divided by more dimensions than the buckets are. */
function hasBuckets(group: readonly KpiResult[]): boolean {
  return group.some(({ id }) => id === 'risk.bucket_0_7');
}

function added(amounts: readonly (string | null)[]): string {
  const sum = amounts.reduce((all, amount) => add(all, rational(amount ?? '0')), rational('0'));
  return toDecimal(sum, 2);
}

function total(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0);
}
