import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { toEpochDay } from '../../../shared/domain/local-date.ts';
import { rational } from '../../../shared/domain/rational.ts';
import { type Catalog, loadCatalog } from '../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../shared/kpis/compute-kpis.ts';
import type { ComputableKpi, KpiDefinition } from '../../../shared/kpis/kpi-definition.ts';
import type { KpiMart, KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { measureQuery } from '../../../shared/kpis/measure-query.ts';
import { type MeasureRow, measureRowOf, mergeMeasureRows } from '../../../shared/kpis/measure-rows.ts';
import type { MetricExpression } from '../../../shared/kpis/metric-expression.ts';
import { createModelViews } from '../../../shared/kpis/model-views.ts';
import { coreCatalog } from '../../../shared/kpis/parity.ts';
import { resolveModels, withWhatTheyRead } from '../../../shared/kpis/resolved-models.ts';
import { CORE_KPIS } from '../../../shared/kpis/twin/core-kpis.ts';
import { ROLL_STATES } from '../../../shared/kpis/twin/roll-matrix.ts';
import { sessionRows } from '../../../shared/kpis/twin/session-rows.ts';
import { twinRolls } from '../../../shared/kpis/twin/twin.ts';
import { expectedSeries, seriesOf } from '../../support/expected-kpis.ts';
import { type GeneratedBook, stagedBook } from '../../support/staged-book.ts';
import { date } from './small-book.ts';

// What must hold for any book, over generated ones: at every date, and by every dimension.

const DAY = date('2025-12-10');
const FILES = [
  'loans',
  'schedules',
  'transactions',
  'loan_par_balances',
  'customer_data',
  'historic_real_payments',
];

let catalog: Catalog;
beforeAll(async () => {
  catalog = await loadCatalog();
});

describe.each([4, 5])('a generated book (seed %i)', (seed) => {
  let book: GeneratedBook;
  let mart: KpiMart;

  beforeAll(async () => {
    book = await stagedBook({ loans: 150, seed, files: FILES });
    mart = await martOf(book, { catalog });
  });
  afterAll(async () => {
    await book[Symbol.asyncDispose]();
  });

  it('has PAR 7 >= PAR 30 >= PAR 60 >= PAR 90 >= 0, with write-offs and without, of the same whole', () => {
    for (const day of datesOf(mart)) {
      for (const suffix of ['', '_incl_writeoff']) {
        const family = [7, 30, 60, 90].map((n) => resultAt(mart, `risk.par_${n}${suffix}`, day));
        const parts = family.map(({ numerator }) => hundredths(numerator));
        expect(parts.toSorted((a, b) => (a > b ? -1 : 1))).toEqual(parts);
        expect(parts.at(-1)).toBeGreaterThanOrEqual(0n);
        expect(new Set(family.map(({ denominator }) => denominator)).size).toBe(1);
        expect(hundredths(family[0]?.denominator)).toBeGreaterThanOrEqual(parts[0] ?? 0n);
      }
    }
  });

  it('is cut into buckets by age without a gap or an overlap', () => {
    const buckets = ['0_7', '7_30', '30_60', '60_90', '90_plus'];
    for (const day of datesOf(mart)) {
      const parts = buckets.map((name) => hundredths(resultAt(mart, `risk.bucket_${name}`, day).numerator));
      const par = (n: number) => hundredths(resultAt(mart, `risk.par_${n}`, day).numerator);
      const outstanding = hundredths(resultAt(mart, 'port.outstanding', day).numerator);
      expect(parts).toEqual([
        outstanding - par(7),
        par(7) - par(30),
        par(30) - par(60),
        par(60) - par(90),
        par(90),
      ]);
      expect(hundredths(resultAt(mart, 'risk.bucket_120_plus', day).numerator)).toBeLessThanOrEqual(par(90));
    }
  });

  it('rolls all of a balance somewhere: each row of the matrix adds up to 100 %, and is the twin’s', async () => {
    await using sql = await duckDbSqlEngine.open(book.dir);
    const rows = await sessionRows(
      sql,
      new Map(book.book.map((entry) => [entry.relation, fileOf(book, entry)])),
    );
    const rolls = await twinRolls({ rows, grain: 'month', asOf: toEpochDay(DAY) });

    const matrix = tableOf(mart, 'table_roll_matrix');
    const newest = rolls.get(toEpochDay(date(matrix[0]?.['reporting_date'] ?? '')));
    for (const from of ROLL_STATES.filter((state) => state !== 'closed')) {
      const own = matrix.filter((row) => row['from_state'] === from);
      const cells = ROLL_STATES.map((to) => own.find((row) => row['to_state'] === to));
      expect(cells.map((row) => hundredths(row?.['balance']))).toEqual(
        ROLL_STATES.map((to) => newest?.cell(from, to)),
      );
      const shares = cells.map((row) => Number(row?.['share_percent'] ?? Number.NaN));
      const total = shares.reduce((sum, share) => sum + share, 0);
      if (newest?.row(from) === 0n) expect(total).toBeNaN();
      else expect(total).toBeCloseTo(100, 2);
    }
    const rates = tableOf(mart, 'table_roll_rates');
    expect(rates.length).toBeGreaterThan(0);
    for (const row of rates) {
      const parts = ['forward', 'cured', 'stable', 'closed'].map((name) => Number(row[`${name}_percent`]));
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(100, 2);
    }
  });

  it('has parts by each dimension that add up to the whole, side by side', () => {
    const checked = new Set<string>();
    const groups = Map.groupBy(
      mart.breakdowns,
      ({ id, version, reportingDate, dimension }) =>
        `${id}@${version} ${reportingDate} ${Object.keys(dimension).join()}`,
    );
    for (const [name, parts] of groups) {
      const [first] = parts;
      const kpi = catalog.kpis.find(({ id }) => id === first?.id);
      if (first === undefined || kpi === undefined || !isComputable(kpi)) continue;
      const whole = resultAt(mart, first.id, first.reportingDate);
      expect([name, parts.reduce((rows, part) => rows + part.rows, 0)]).toEqual([name, whole.rows]);
      const sides = [
        ['numerator', kpi.metric.numerator.tree],
        ['denominator', kpi.metric.denominator?.tree],
      ] as const;
      for (const [side, tree] of sides) {
        if (tree === undefined || !isLinear(tree) || whole[side] === null || kpi.requires !== undefined)
          continue;
        const sum = parts.reduce((total, part) => total + units(part[side]), 0n);
        expect([name, side, sum]).toEqual([name, side, units(whole[side])]);
        checked.add(`${first.id} ${Object.keys(first.dimension).join()}`);
      }
    }
    expect(checked.size).toBeGreaterThan(100);
  });

  it('is at a past month end what it was then, blind to later payments, with the PAR file and without', async () => {
    for (const without of [[], ['looker_loan_par_balances']]) {
      const options = { catalog: coreCatalog(catalog), without };
      const [now, then] = [
        await martOf(book, options),
        await martOf(book, { ...options, asOf: '2025-08-31' }),
      ];

      const before = now.series.filter(({ reportingDate }) => reportingDate <= '2025-08-31');
      expect(then.series.map(figuresOf)).toEqual(before.map(figuresOf));
      expect(then.series.length).toBeGreaterThan(100);
    }
  });

  it('adds up to what its generator says, from the PAR file and rebuilt without it', async () => {
    const rebuilt = await martOf(book, {
      catalog: coreCatalog(catalog),
      without: ['looker_loan_par_balances'],
    });

    const expected = expectedSeries(book.expected);
    const ids = new Set(Object.keys(expected));
    for (const { series } of [mart, rebuilt])
      expect(seriesOf(series.filter(({ id }) => ids.has(id)))).toEqual(expected);
  });

  it('has measures that merge: those of two halves of the customers are those of the whole', async () => {
    const whole = await measuresOf(book, 'true');
    const halves = [
      await measuresOf(book, 'hash(customer_id) % 2 = 0'),
      await measuresOf(book, 'hash(customer_id) % 2 = 1'),
    ];

    expect(whole.size).toBeGreaterThan(6);
    for (const [name, rows] of whole) {
      const merged = mergeMeasureRows(halves.map((half) => half.get(name) ?? []));
      expect([name, merged.map(sumsOf)]).toEqual([name, rows.map(sumsOf)]);
      expect(rows.length).toBeGreaterThan(10);
    }
  });
});

type Wanted = { readonly catalog: Catalog; readonly asOf?: string; readonly without?: readonly string[] };

async function martOf(
  { book, files, dir }: GeneratedBook,
  { catalog, asOf, without = [] }: Wanted,
): Promise<KpiMart> {
  await using sql = await duckDbSqlEngine.open(dir);
  return await computeKpis({
    book: book.filter(({ relation }) => !without.includes(relation)),
    files,
    catalog,
    sql,
    asOf: asOf === undefined ? DAY : date(asOf),
  });
}

/** What the core KPIs add up over the loans of some customers, by mart; customers are ranked, which does not add up. */
async function measuresOf(
  { book, files, dir }: GeneratedBook,
  condition: string,
): Promise<ReadonlyMap<string, readonly MeasureRow[]>> {
  await using sql = await duckDbSqlEngine.open(dir);
  const core = book.filter(({ relation }) => LOAN_COLUMN.has(relation));
  const loans = files.get('looker_loans') ?? '';
  const parts = new Map<string, string>();
  for (const { relation } of core) {
    const part = join(dir, `part_${relation}.parquet`);
    const wanted = `SELECT loan_id FROM read_parquet('${loans}') WHERE ${condition}`;
    await sql.run(
      `COPY (SELECT * FROM read_parquet('${files.get(relation)}') WHERE ${LOAN_COLUMN.get(relation)} IN (${wanted}))
       TO '${part}' (FORMAT parquet)`,
    );
    parts.set(relation, part);
  }
  const { ready } = resolveModels(catalog.models, new Set(parts.keys()));
  const kpis = catalog.kpis.filter(isComputable).filter(({ id }) => CORE_KPIS.has(id));
  const marts = Map.groupBy(kpis, ({ models }) => models.find((model) => ready.has(model)) ?? '');
  marts.delete('mart_client_exposure');
  await createModelViews(
    sql,
    { entries: core, files: parts, asOf: DAY, grain: 'month' },
    { models: withWhatTheyRead([...marts.keys()], ready) },
  );
  const measures = new Map<string, readonly MeasureRow[]>();
  for (const [mart, own] of marts) {
    const query = measureQuery(mart, own);
    measures.set(
      mart,
      (await sql.rows(query.sql)).map((row) => measureRowOf(row, query)),
    );
  }
  return measures;
}

const LOAN_COLUMN = new Map([
  ['looker_loans', 'loan_id'],
  ['looker_schedules', 'loan_id'],
  ['looker_transactions', 'loan_id'],
  ['looker_loan_par_balances', 'loan_id_raw'],
]);

function sumsOf({ reportingDate, sums }: MeasureRow) {
  return { reportingDate, sums };
}

function isComputable(kpi: KpiDefinition): kpi is ComputableKpi {
  return kpi.unavailable === undefined;
}

/** Whether the parts of a sum may be added up: no product of two of them, no power, no minimum. */
function isLinear(tree: MetricExpression): boolean {
  if (tree.kind === 'measure') return true;
  if (tree.kind !== 'operation') return false;
  const { operator, left, right } = tree;
  if (operator === '*') return isFactor(left, right) || isFactor(right, left);
  return (operator === '+' || operator === '-') && isLinear(left) && isLinear(right);
}

function isFactor(factor: MetricExpression, of: MetricExpression): boolean {
  return factor.kind === 'number' && isLinear(of);
}

function resultAt(mart: KpiMart, id: string, day: string): KpiResult {
  const found = mart.series.find((kpi) => kpi.id === id && kpi.reportingDate === day);
  if (found === undefined) throw new Error(`there is no ${id} of ${day}`);
  return found;
}

/** Dates with balances. */
function datesOf(mart: KpiMart): readonly string[] {
  const dates = mart.series
    .filter(({ id }) => id === 'risk.par_30')
    .map(({ reportingDate }) => reportingDate);
  expect(dates.length).toBeGreaterThan(10);
  return dates;
}

function figuresOf({ id, version, reportingDate, value, numerator, denominator }: KpiResult) {
  return { id, version, reportingDate, value, numerator, denominator };
}

function fileOf({ files }: GeneratedBook, { relation, asOf }: GeneratedBook['book'][number]) {
  return { file: files.get(relation) ?? '', asOf };
}

function tableOf(mart: KpiMart, name: string): readonly Readonly<Record<string, string | null>>[] {
  const table = mart.tables.find((candidate) => candidate.name === name);
  if (table === undefined) throw new Error(`there is no ${name}`);
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((column, index) => [column.name, row[index] ?? null])),
  );
}

function hundredths(text: string | null | undefined): bigint {
  const { numerator, denominator } = rational(text ?? '0');
  return (numerator * 100n) / denominator;
}

/** At a scale that is finer than any measure has. */
function units(text: string | null | undefined): bigint {
  const { numerator, denominator } = rational(text ?? '0');
  return (numerator * 10n ** 30n) / denominator;
}
