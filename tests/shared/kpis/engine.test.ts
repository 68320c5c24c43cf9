import { describe, expect, it } from '@jest/globals';
import { type Catalog, parseCatalog } from '../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../shared/kpis/compute-kpis.ts';
import type { KpiMart, KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { measureQuery } from '../../../shared/kpis/measure-query.ts';
import { measureRowOf, mergeMeasureRows } from '../../../shared/kpis/measure-rows.ts';
import { createModelViews } from '../../../shared/kpis/model-views.ts';
import { resolveModels } from '../../../shared/kpis/resolved-models.ts';
import { aLoan, DAY, entryOf, type Row, withScratch, writeBook } from './small-book.ts';

// The engine over a catalogue of its own: two measures, one of them a flow, over loans by the month of disbursement.

const MART = `-- Grain: loan. Inputs: looker_loans, report.
SELECT
  last_day(disburse_date) AS reporting_date,
  least(last_day(disburse_date), report.as_of) AS as_of,
  loan_id,
  customer_id,
  company,
  disburse_principal AS principal,
  outstanding_balance AS outstanding
FROM looker_loans, report`;

const TABLE = `-- Grain: company. Input: mart_a.
SELECT company, customer_id, sum(principal) AS principal, count(*) AS loans, max(as_of) AS newest, true AS sure
FROM mart_a
GROUP BY company, customer_id
ORDER BY company, customer_id`;

const KPIS = `kpis:
  - &share
    id: risk.share
    name: Share outstanding
    name_es: Parte pendiente
    department: risk
    owner: Risk
    cadence: monthly
    version: 2
    provisional: false
    formula: outstanding over disbursed
    grain: loan
    freshness: 24
    dimensions: [company]
    contributors: customer_id
    models: [mart_a]
    measures:
      outstanding: { sum: outstanding }
      principal: { sum: principal, over_time: sum }
    metric: { numerator: 2 * outstanding - outstanding, denominator: principal, times: 100 }
    unit: percent
    direction: neutral
    precision: 2
  - <<: *share
    version: 1
    metric: { numerator: outstanding * 2, denominator: principal }
  - id: risk.nowhere
    name: Nowhere
    name_es: En ninguna parte
    department: risk
    owner: Risk
    cadence: monthly
    version: 1
    provisional: true
    formula: nothing
    grain: loan
    freshness: 24
    unavailable: needs a feed that nobody sends
    unit: percent
    direction: neutral
    precision: 2
`;

const LOANS: readonly Row[] = [
  aLoan('L1', 'C1', {
    disburse_date: '2025-08-05',
    disburse_principal: '100',
    outstanding_balance: '10',
    company: 'ABF',
  }),
  aLoan('L2', 'C2', {
    disburse_date: '2025-10-05',
    disburse_principal: '200',
    outstanding_balance: '20',
    company: 'ABF',
  }),
  aLoan('L3', 'C1', {
    disburse_date: '2025-11-05',
    disburse_principal: '300',
    outstanding_balance: '60',
    company: 'ABF',
  }),
  aLoan('L4', 'C2', {
    disburse_date: '2025-12-05',
    disburse_principal: '400',
    outstanding_balance: '80',
    company: 'ABT',
  }),
  aLoan('L5', 'C1', {
    disburse_date: '2025-12-06',
    disburse_principal: '100',
    outstanding_balance: '20',
    company: 'ABF',
  }),
];

describe('the engine', () => {
  it('divides each value of a dimension by its own sums, at the newest two dates', async () => {
    const { breakdowns } = await martOver(LOANS);

    expect(breakdowns.map(figures)).toEqual([
      ['2025-11-30', { company: 'ABF' }, '60.00', '300.00', '20.0000000000'],
      ['2025-12-31', { company: 'ABF' }, '20.00', '100.00', '20.0000000000'],
      ['2025-12-31', { company: 'ABT' }, '80.00', '400.00', '20.0000000000'],
    ]);
  });

  it('rolls up by quarter: flows are added, stocks are those of its last date, and the ratio divides the two', async () => {
    const { quarters } = await martOver(LOANS);

    expect(quarters.map(figures)).toEqual([
      ['2025-09-30', {}, '10.00', '100.00', '10.0000000000'],
      ['2025-12-31', {}, '100.00', '1000.00', '10.0000000000'],
    ]);
  });

  it('names the largest parts of a numerator under pseudonyms', async () => {
    const { contributors } = await martOver(LOANS);

    expect(contributors).toEqual([
      {
        kpi: 'risk.share',
        column: 'customer_id',
        token: 'token of C2',
        value: '80.00',
        share: '0.8000000000',
      },
      {
        kpi: 'risk.share',
        column: 'customer_id',
        token: 'token of C1',
        value: '20.00',
        share: '0.2000000000',
      },
    ]);
  });

  it('names nobody without a way to make pseudonyms', async () => {
    const { contributors, tables } = await martOver(LOANS, { isNaming: false });

    expect(contributors).toEqual([]);
    expect(tables.flatMap(({ rows }) => rows).map(([, customer]) => customer)).toEqual([null, null, null]);
  });

  it('computes a former version beside the one in force', async () => {
    const { kpis, former, series } = await martOver(LOANS);

    expect(former.map(({ id, version, value }) => [id, version, value])).toEqual([
      ['risk.share', 1, '0.4000000000'],
    ]);
    expect(kpis.map(({ id, version }) => [id, version])).toContainEqual(['risk.share', 2]);
    expect(new Set(series.map(({ version }) => version))).toEqual(new Set([2]));
  });

  it('keeps the measures of the newest results alone', async () => {
    const { kpis, series } = await martOver(LOANS);

    expect(kpis.find(({ id }) => id === 'risk.share')?.measures).toEqual({
      outstanding: '100.00',
      principal: '500.00',
    });
    expect(series.filter(({ measures }) => measures !== undefined)).toEqual([]);
  });

  it('says why there is no feed, and never zero', async () => {
    const { kpis } = await martOver(LOANS);

    expect(kpis.find(({ id }) => id === 'risk.nowhere')).toMatchObject({
      value: null,
      status: 'not-computable',
      reason: 'needs a feed that nobody sends',
    });
  });

  it('makes derived tables with types, and pseudonyms where a column names somebody', async () => {
    const { tables } = await martOver(LOANS);

    expect(tables).toEqual([
      {
        name: 'table_a',
        columns: [
          { name: 'company', type: 'text' },
          { name: 'customer_id', type: 'text' },
          { name: 'principal', type: 'decimal' },
          { name: 'loans', type: 'integer' },
          { name: 'newest', type: 'date' },
          { name: 'sure', type: 'boolean' },
        ],
        rows: [
          ['ABF', 'token of C1', '500.00', '3', '2025-12-10', 'true'],
          ['ABF', 'token of C2', '200.00', '1', '2025-10-31', 'true'],
          ['ABT', 'token of C2', '400.00', '1', '2025-12-10', 'true'],
        ],
      },
    ]);
  });

  it('takes no customer for a token already, whatever the id looks like, and leaves the token of a payer', async () => {
    const token = 'v1:AbCdEfGhIjKlMnOpQrStUv';
    const named = TABLE.replace('true AS sure', `'${token}' AS payer`);
    const hostile = [aLoan('L1', 'v1:MARIA-LOPEZ-03456789-1', { disburse_date: '2025-11-05' })];

    const { tables } = await martOver(hostile, { table: named });

    expect(tables[0]?.rows).toEqual([
      ['ABF', 'token of v1:MARIA-LOPEZ-03456789-1', '100.00', '1', '2025-11-30', token],
    ]);
  });

  it('says why a table could not be made, and computes the rest', async () => {
    const failures: string[] = [];
    const broken = TABLE.replace('true AS sure', '1 / 2 AS half');

    const { tables, kpis } = await martOver(LOANS, {
      table: broken,
      onFailure: (name) => failures.push(name),
    });

    expect(tables).toMatchObject([
      { name: 'table_a', rows: [], reason: expect.stringMatching(/no column of type DOUBLE/) },
    ]);
    expect(failures).toEqual(['table_a']);
    expect(kpis.find(({ id }) => id === 'risk.share')?.value).toBe('20.0000000000');
  });

  it('says what a table needs that is not in the book', async () => {
    const { tables } = await martOver(undefined);

    expect(tables).toMatchObject([
      {
        name: 'table_a',
        columns: [],
        reason: 'needs looker/loans, which is not in the book as of 2025-12-10',
      },
    ]);
  });
});

describe('partitions', () => {
  it('merge to the rows of one pass, whatever the cut', async () => {
    const [share] = catalogOf().kpis.filter(({ id }) => id === 'risk.share');
    if (share?.unavailable !== undefined || share === undefined) throw new Error('the KPI is computable');
    const query = measureQuery('mart_a', [share]);
    const rowsOver = (loans: readonly Row[]) =>
      withScratch(async (dir, sql) => {
        const files = await writeBook(dir, sql, { looker_loans: loans });
        const { ready } = resolveModels(catalogOf().models, new Set(files.keys()));
        const entries = [entryOf('looker_loans', DAY, loans)];
        await createModelViews(
          sql,
          { entries, files, asOf: DAY, grain: 'month' },
          { models: [...ready.values()] },
        );
        return (await sql.rows(query.sql)).map((row) => measureRowOf(row, query));
      });

    const whole = await rowsOver(LOANS);

    for (const cut of [0, 1, 3, 5]) {
      const parts = [await rowsOver(LOANS.slice(cut)), await rowsOver(LOANS.slice(0, cut))];
      expect(mergeMeasureRows(parts)).toEqual(whole);
    }
  });
});

type Options = {
  readonly isNaming?: boolean;
  readonly table?: string;
  readonly onFailure?: (name: string) => void;
};

function martOver(loans: readonly Row[] | undefined, options: Options = {}): Promise<KpiMart> {
  const { isNaming = true, table, onFailure = () => undefined } = options;
  return withScratch(async (dir, sql) => {
    const book = loans === undefined ? {} : { looker_loans: loans };
    const files = await writeBook(dir, sql, book);
    return computeKpis({
      book: [...files.keys()].map((relation) => entryOf(relation, DAY, loans)),
      files,
      catalog: catalogOf(table),
      sql,
      asOf: DAY,
      onFailure: ({ mart }) => onFailure(mart),
      ...(isNaming && { tokenOf: (_: string, value: string) => `token of ${value}` }),
    });
  });
}

function catalogOf(table = TABLE): Catalog {
  return parseCatalog([
    { name: 'catalog/a.yaml', text: KPIS },
    { name: 'models/mart_a.sql', text: MART },
    { name: 'models/table_a.sql', text: table },
  ]);
}

function figures({ reportingDate, dimension, numerator, denominator, value }: KpiResult) {
  return [reportingDate, dimension, numerator, denominator, value];
}
