import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  divide,
  multiply,
  type Rational,
  rational,
  subtract,
  toDecimal,
} from '../../../../shared/domain/rational.ts';
import { type Catalog, loadCatalog } from '../../../../shared/kpis/catalog.ts';
import type { KpiMart, KpiResult } from '../../../../shared/kpis/kpi-result.ts';
import type { Count, Counter } from './customers-to-quality/count.ts';
import { CUSTOMER_COUNTS } from './customers-to-quality/customers.ts';
import { FINANCE_COUNTS, statementAt } from './customers-to-quality/finance.ts';
import { GROWTH_COUNTS } from './customers-to-quality/growth.ts';
import { lenderMart } from './customers-to-quality/lender-mart.ts';
import type { Book } from './customers-to-quality/lender-rows.ts';
import { MARKETING_COUNTS } from './customers-to-quality/marketing.ts';
import { ORIGINATION_COUNTS } from './customers-to-quality/origination.ts';
import { partsOf } from './customers-to-quality/parts.ts';
import { QUALITY_COUNTS, qualityViolations } from './customers-to-quality/quality.ts';
import { withRebuiltBalances } from './customers-to-quality/rebuilt-balances.ts';
import { dayOf, type Month, monthsOf, quartersOf, weeksOf } from './customers-to-quality/reporting-months.ts';
import { type Cells, monthlyFact, quarterlyScorecard, vintages } from './customers-to-quality/tables.ts';

// Every KPI of these groups, counted a second time: from the words of its definition and the rows of the files, not
// from the models.

const GROUPS = ['customers', 'finance', 'growth', 'marketing', 'operations', 'origination', 'quality'];

const COUNTS: Readonly<Record<string, Counter>> = {
  ...CUSTOMER_COUNTS,
  ...FINANCE_COUNTS,
  ...GROWTH_COUNTS,
  ...MARKETING_COUNTS,
  ...ORIGINATION_COUNTS,
  ...QUALITY_COUNTS,
};

/** No feed brings what they need, and they say so. */
const WITHOUT_A_FEED: Readonly<Record<string, RegExp>> = {
  'finance.nimal': /^needs the funding cost of the period, and no feed brings it/,
  'finance.liquidity': /^needs short-term liabilities, and no feed brings them/,
  'ops.approval_rate': /^needs a feed of credit applications/,
  'ops.auto_decision_rate': /^needs a feed of credit applications/,
  'ops.decision_tat': /^needs a feed of credit applications/,
  'ops.promise_kept': /^needs a feed of promises to pay/,
  'compliance.audit_flags': /^needs a feed of audit events/,
};

const TABLES = new Set([
  'table_monthly_fact',
  'table_quarterly_scorecard',
  'table_vintages',
  'table_quality_checks',
]);

const OF_ONE_MONTH = new Set(['growth.mom']);

/** By quarters there are balances of the ends of quarters alone, and a year before a quarter that runs there is none. */
const ENDS_OF_QUARTERS = new Set(['growth.yoy']);

/** A customer has a type in a month, which a week does not tell. */
const OF_THE_MONTH = new Set(['cust.recovered', 'cust.reactivated', 'cust.recurrent']);

let catalog: Catalog;
beforeAll(async () => {
  catalog = await loadCatalog();
});

it('counts every KPI of these groups, and names those that no feed brings', () => {
  expect(ownCatalog().kpis.map(({ id }) => id)).toEqual(
    [...Object.keys(COUNTS), ...Object.keys(WITHOUT_A_FEED)].toSorted(),
  );
});

describe.each([
  { seed: 11, months: 30 },
  { seed: 12, faults: 'passed' as const },
  { seed: 13, faults: 'found' as const },
  { seed: 14, day: '2025-11-17' },
])('of a generated book (%j)', (wanted) => {
  let book: Book;
  let months: readonly Month[];
  let mart: KpiMart;
  let byQuarter: KpiMart;
  beforeAll(async () => {
    const grains = ['month', 'quarter'] as const;
    const counted = await lenderMart({ ...wanted, catalog: ownCatalog(), grains });
    book = counted.book;
    [mart, byQuarter] = [counted.martBy('month'), counted.martBy('quarter')];
    months = monthsOf(book);
  });

  it.each(Object.entries(COUNTS))('%s is what the rows come to, in every month', (id, counter) => {
    const found = new Map(
      mart.series.filter((kpi) => kpi.id === id).map((kpi) => [String(kpi.reportingDate), kpi]),
    );

    const pairs = months.map((month) => pairOf(month.label, found.get(month.label), counter(book, month)));

    expect(pairs.filter(isApart)).toEqual([]);
    expect(pairs.some(({ counted }) => counted !== undefined && Number(counted) !== 0)).toBe(true);
  });

  it.each(Object.entries(COUNTS))(
    '%s is what the rows come to by quarters, however they are made',
    (id, counter) => {
      const quarters = quartersOf(months);
      const made = [mart.quarters, byQuarter.series].map(
        (results) =>
          new Map(results.filter((kpi) => kpi.id === id).map((kpi) => [String(kpi.reportingDate), kpi])),
      );

      for (const found of made.filter(({ size }) => size > 0)) {
        const pairs = quarters.map((quarter) =>
          pairOf(quarter.label, found.get(quarter.label), counter(book, quarter)),
        );
        const isKnown = ({ found: value }: Pair) => value !== undefined || !ENDS_OF_QUARTERS.has(id);
        expect(pairs.filter(isKnown).filter(isApart)).toEqual([]);
      }
      expect(made.some(({ size }) => size > 0)).toBe(!OF_ONE_MONTH.has(id));
    },
  );

  it.each(Object.entries(COUNTS))('%s is what the rows of each part come to', (id, counter) => {
    const kpi = catalog.kpis.find((candidate) => candidate.id === id);
    for (const dimension of kpi?.dimensions ?? []) {
      const own = mart.breakdowns.filter((part) => part.id === id && dimension in part.dimension);
      const pairs = months.slice(-2).flatMap((month) => {
        const found = new Map(
          own
            .filter(({ reportingDate }) => reportingDate === month.label)
            .map((part) => [part.dimension[dimension] ?? '', part]),
        );
        const parts = partsOf(book, month, { id, grain: kpi?.grain ?? '', dimension });
        return [...new Set([...parts.keys(), ...found.keys()])].map((member) => {
          const part = parts.get(member);
          const pair = pairOf(
            `${dimension} ${member} ${month.label}`,
            found.get(member),
            part && counter(part, month),
          );
          // A part without rows has no result.
          return found.has(member) || Number(pair.counted) !== 0 ? pair : { ...pair, counted: undefined };
        });
      });

      expect(own.length).toBeGreaterThan(0);
      expect(pairs.filter(isApart)).toEqual([]);
    }
  });

  it.each(Object.entries(WITHOUT_A_FEED))('%s has no value and says why', (id, reason) => {
    const found = mart.kpis.find((kpi) => kpi.id === id);

    expect(found).toMatchObject({ value: null, reason: expect.stringMatching(reason) });
  });

  it.each(['finance.cash_position', 'finance.debt_to_equity'])('%s is of the day of its statement', (id) => {
    const found = mart.series.filter((kpi) => kpi.id === id && kpi.value !== null);

    const days = found.map(({ reportingDate }) => {
      const month = months.find(({ label }) => label === reportingDate);
      return month && statementAt(book, month)?.day;
    });

    expect(found.map(({ asOf }) => dayOf(asOf))).toEqual(days);
  });

  it('the months of the dashboard are what the rows come to', () => {
    const found = cellsIn(mart, 'table_monthly_fact', 'month');

    const counted = new Map(months.map((month) => [month.label, monthlyFact(book, month)]));

    expect(found.size).toBe(months.length);
    expect(cellsApart(found, counted)).toEqual([]);
  });

  it('the quarters of the dashboard are what the rows come to', () => {
    const found = cellsIn(mart, 'table_quarterly_scorecard', 'quarter');

    expect(found.size).toBe(quartersOf(months).length);
    expect(cellsApart(found, quarterlyScorecard(book, months))).toEqual([]);
  });

  it('vintages are what the rows come to', () => {
    const found = cellsIn(mart, 'table_vintages', 'vintage', 'months_on_book');

    expect(found.size).toBeGreaterThan(140);
    expect(cellsApart(found, vintages(book, months))).toEqual([]);
  });

  it('the checks of data quality find what is counted', () => {
    const table = mart.tables.find(({ name }) => name === 'table_quality_checks');

    const found = table?.rows.map(([dataset, check, , violations]) => [
      `${dataset}|${check}`,
      Number(violations),
    ]);

    expect(found).toEqual(qualityViolations(book).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
});

describe('of a generated book by weeks', () => {
  let book: Book;
  let weeks: readonly Month[];
  let mart: KpiMart;
  beforeAll(async () => {
    const grains = ['week'] as const;
    const counted = await lenderMart({ seed: 15, day: '2025-12-02', catalog: ownCatalog(), grains });
    weeks = weeksOf(counted.book);
    mart = counted.martBy('week');
    book = withRebuiltBalances(counted.book, weeks);
  });

  it.each(Object.entries(COUNTS).filter(([id]) => !OF_THE_MONTH.has(id)))(
    '%s is what the rows come to, in every week',
    (id, counter) => {
      const found = new Map(
        mart.series.filter((kpi) => kpi.id === id).map((kpi) => [String(kpi.reportingDate), kpi]),
      );

      const pairs = weeks.map((week) => pairOf(week.label, found.get(week.label), counter(book, week)));

      expect(pairs.filter(isApart)).toEqual([]);
    },
  );
});

/** These groups and the tables that are counted. */
function ownCatalog(): Catalog {
  const files = GROUPS.map((group) => `catalog/${group}.yaml:`);
  return {
    ...catalog,
    kpis: catalog.kpis.filter((kpi) => files.some((file) => catalog.placeOf(kpi).startsWith(file))),
    former: [],
    models: catalog.models.filter(({ name }) => !name.startsWith('table_') || TABLES.has(name)),
  };
}

type Pair = { readonly at: string; readonly found: string | undefined; readonly counted: string | undefined };

function pairOf(at: string, found: KpiResult | undefined, counted: Count | undefined): Pair {
  const value = counted && valueOf(counted);
  return { at, found: found?.value ?? undefined, counted: value && toDecimal(value, 12) };
}

/** Beyond 1e-9. */
function isApart({ found, counted }: Pair): boolean {
  if (found === undefined || counted === undefined) return found !== counted;
  const { numerator, denominator } = subtract(rational(found), rational(counted));
  return (numerator < 0n ? -numerator : numerator) * 10n ** 9n > denominator;
}

function valueOf({ numerator, denominator, times = 1n }: Count): Rational | undefined {
  const scaled = multiply(numerator, rational(times));
  return denominator === undefined ? scaled : divide(scaled, denominator);
}

type FoundCells = ReadonlyMap<string, Readonly<Record<string, string | undefined>>>;

/** The rows of a table, by the columns that name them. */
function cellsIn({ tables }: KpiMart, name: string, ...keys: readonly string[]): FoundCells {
  const table = tables.find((candidate) => candidate.name === name);
  const columns = table?.columns.map((column) => column.name) ?? [];
  const keyOf = (row: readonly (string | null)[]) => keys.map((key) => row[columns.indexOf(key)]).join(' ');
  return new Map(
    table?.rows.map((row) => [
      keyOf(row),
      Object.fromEntries(
        columns
          .map((column, index) => [column, row[index] ?? undefined] as const)
          .filter(([column]) => !keys.includes(column)),
      ),
    ]),
  );
}

/** Cells that are not what is counted, to the last digit that they have. */
function cellsApart(found: FoundCells, counted: ReadonlyMap<string, Cells>): readonly string[] {
  const rows = new Set([...found.keys(), ...counted.keys()]);
  return [...rows].flatMap((row) => {
    const [cells, expected] = [found.get(row) ?? {}, counted.get(row) ?? {}];
    const columns = new Set([...Object.keys(cells), ...Object.keys(expected)]);
    return [...columns]
      .filter((column) => !isShownAs(cells[column], expected[column]))
      .map((column) => `${row} ${column}: ${cells[column]}, counted ${shown(expected[column])}`);
  });
}

function isShownAs(cell: string | undefined, counted: Cells[string]): boolean {
  if (cell === undefined || counted === undefined || typeof counted === 'string') return cell === counted;
  const { numerator, denominator } = subtract(rational(cell), counted);
  const places = cell.split('.')[1]?.length ?? 0;
  return (numerator < 0n ? -numerator : numerator) * 2n * 10n ** BigInt(places) <= denominator;
}

function shown(counted: Cells[string]): string | undefined {
  return typeof counted === 'object' ? toDecimal(counted, 8) : counted;
}
