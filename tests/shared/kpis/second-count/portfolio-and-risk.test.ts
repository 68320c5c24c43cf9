import { beforeAll, describe, expect, it } from '@jest/globals';
import { compare, type Rational, rational, subtract, toDecimal } from '../../../../shared/domain/rational.ts';
import { type Catalog, loadCatalog } from '../../../../shared/kpis/catalog.ts';
import { isTable } from '../../../../shared/kpis/derived-tables.ts';
import type { KpiDefinition } from '../../../../shared/kpis/kpi-definition.ts';
import type { KpiMart, KpiResult } from '../../../../shared/kpis/kpi-result.ts';
import { COUNTS_OF_CLIENTS } from './portfolio-and-risk/clients.ts';
import { type CountedBook, countedBook } from './portfolio-and-risk/counted-book.ts';
import { COUNTS_OF_COVENANTS } from './portfolio-and-risk/covenants.ts';
import { AS_OF } from './portfolio-and-risk/enriched-book.ts';
import { COUNTS_OF_INCOME } from './portfolio-and-risk/income.ts';
import { COUNTS_OF_THE_TWIN } from './portfolio-and-risk/of-the-twin.ts';
import { PARTS, PARTS_OF_CUSTOMERS } from './portfolio-and-risk/parts.ts';
import { rebuiltBalances } from './portfolio-and-risk/rebuilt-balances.ts';
import { COUNTS_OF_RISK } from './portfolio-and-risk/risk.ts';
import type { Count, Period, Scope } from './portfolio-and-risk/scope.ts';
import { COUNTS_OF_TAPE, COUNTS_OF_TAPE_ALONE, type CountOfTape } from './portfolio-and-risk/tape.ts';

// Every KPI of these files that no twin computes, counted a second time from the rows of generated books by what its
// definition says: at each reporting date, over each quarter, and by parts.

const FILES = [
  ...['client', 'collections', 'concentration', 'covenants', 'liquidity', 'par', 'portfolio', 'pricing'],
  ...['revenue', 'risk-arrears', 'risk-buckets', 'risk-flows', 'risk-loss', 'risk-reconciliation'],
  ...['timing', 'underwriting'],
];

const COUNTS: Readonly<Record<string, Count>> = {
  ...COUNTS_OF_CLIENTS,
  ...COUNTS_OF_COVENANTS,
  ...COUNTS_OF_INCOME,
  ...COUNTS_OF_RISK,
  ...COUNTS_OF_THE_TWIN,
};

/** No feed brings what they are computed from. */
const WITHOUT_FEED = ['cov.dscr', 'cov.utilisation', 'risk.utilization', 'uw.dti', 'uw.ltv', 'uw.risk_score'];

let catalog: Catalog;
beforeAll(async () => {
  const whole = await loadCatalog();
  const isOurs = (kpi: KpiDefinition) => FILES.some((file) => whole.placeOf(kpi).includes(`/${file}.yaml`));
  catalog = {
    ...whole,
    kpis: whole.kpis.filter(isOurs),
    former: [],
    models: whole.models.filter((model) => !isTable(model)),
  };
});

it('leaves out no KPI', () => {
  const counted = [...Object.keys(COUNTS), ...Object.keys(COUNTS_OF_TAPE_ALONE), ...WITHOUT_FEED];
  expect(counted.toSorted()).toEqual(catalog.kpis.map(({ id }) => id).toSorted());
});

describe.each([11, 12, 13])('the second count of a generated book (seed %i)', (seed) => {
  let book: CountedBook;
  beforeAll(async () => {
    book = await countedBook(seed, catalog);
  });

  it('is the value at each reporting date', () => {
    expect(differencesOf(book, book.mart, monthsOf(book))).toEqual([]);
  });

  it('tells something of each KPI: none is zero or without a value on all dates', () => {
    const told = new Set(book.mart.series.filter(({ value }) => Number(value) !== 0).map(({ id }) => id));
    expect(Object.keys(COUNTS).filter((id) => !told.has(id))).toEqual([]);
  });

  it('is the value over each quarter, of what can be told of one', () => {
    const ofQuarters = new Set(book.mart.quarters.map(({ id }) => id));
    // Of the payers the first quarter is before the newest thirteen months.
    const quarters = quartersOf(book).slice(1);
    expect(differencesOf(book, { series: book.mart.quarters }, quarters, ofQuarters)).toEqual([]);
  });

  it('is the value without a PAR file, with the balances that follow from events', () => {
    const rebuilt = Map.groupBy(monthsOf(book), ({ to }) => to);
    const balances = new Map([...rebuilt.keys()].map((day) => [day, rebuiltBalances(book.rows, day)]));
    const balancesOf = ({ to }: Period) => balances.get(to) ?? [];
    const ids = new Set(Object.keys(COUNTS).filter((id) => !id.startsWith('dq.')));
    expect(differencesOf(book, book.rebuilt, monthsOf(book), ids, { balancesOf })).toEqual([]);
  });

  it('is the value by parts at the two newest reporting dates', () => {
    const differences = monthsOf(book)
      .slice(-2)
      .flatMap((month) => catalog.kpis.flatMap((kpi) => differencesByParts(book, month, kpi)));
    expect(differences).toEqual([]);
  });

  it('is not made up where no feed brings what it takes', () => {
    const without = book.mart.kpis.filter(({ id }) => WITHOUT_FEED.includes(id));
    expect(without.map(({ id, value, reason }) => [id, value, reason])).toEqual(
      WITHOUT_FEED.map((id) => [
        id,
        null,
        expect.stringMatching(/^needs .*, and no (feed|source) brings (it|them|one)/),
      ]),
    );
  });

  it('is the value on each date of the tape, beside the loans and alone', () => {
    const differences = (mart: KpiMart, counts: Readonly<Record<string, CountOfTape>>) =>
      Object.entries(counts).flatMap(([id, count]) =>
        book.rows.tape.flatMap((tape) =>
          difference(find(mart.series, id, tape.day), count(tape), `${id} ${tape.day}`),
        ),
      );
    expect(differences(book.mart, COUNTS_OF_TAPE_ALONE)).toEqual([]);
    expect(differences(book.ofTape, COUNTS_OF_TAPE)).toEqual([]);
  });
});

function differencesByParts(book: CountedBook, month: Period, kpi: KpiDefinition): readonly string[] {
  const count = COUNTS[kpi.id];
  if (count === undefined) return [];
  const whole = scopeOf(book, month);
  const ofKpi = book.mart.breakdowns.filter(
    ({ id, reportingDate }) => id === kpi.id && reportingDate === month.label,
  );
  return kpi.dimensions.flatMap((dimension) => {
    const partOf = (kpi.grain === 'customer' ? PARTS_OF_CUSTOMERS : PARTS)[dimension];
    if (partOf === undefined) return [];
    const results = new Map(ofKpi.map((result) => [result.dimension[dimension], result]));
    results.delete(undefined);
    const parts = new Set([
      ...results.keys(),
      ...[...book.rows.loans.values()].map((loan) => partOf(loan, whole)),
    ]);
    return [...parts].flatMap((part) =>
      difference(
        results.get(part),
        count({ ...whole, has: (loan) => partOf(loan, whole) === part }),
        `${kpi.id} ${month.label} ${dimension} ${part}`,
      ),
    );
  });
}

function differencesOf(
  book: CountedBook,
  { series }: Pick<KpiMart, 'series'>,
  periods: readonly Period[],
  ids: ReadonlySet<string> = new Set(Object.keys(COUNTS)),
  more: Partial<Scope> = {},
): readonly string[] {
  return Object.entries(COUNTS).flatMap(([id, count]) =>
    ids.has(id)
      ? toldOf(id, periods).flatMap((period) =>
          difference(
            find(series, id, period.label),
            count(scopeOf(book, period, more)),
            `${id} ${period.label}`,
          ),
        )
      : [],
  );
}

/** The loan data are of one day, and the payers of a year are told for the newest thirteen months. */
function toldOf(id: string, periods: readonly Period[]): readonly Period[] {
  if (id === 'price.weighted_origination_fee_rate') return periods.slice(-1);
  return id === 'port.payor_cash_concentration' ? periods.slice(-13) : periods;
}

function scopeOf({ rows }: CountedBook, period: Period, more: Partial<Scope> = {}): Scope {
  return {
    rows,
    asOf: AS_OF,
    period,
    months: monthsOf({ rows }).filter(({ to }) => to <= period.to),
    balancesOf: ({ label }) => rows.parFile.get(label) ?? [],
    has: () => true,
    ...more,
  };
}

/** The newest bears the end of its month as its label, though the book ends before. */
function monthsOf({ rows }: Pick<CountedBook, 'rows'>): readonly Period[] {
  return [...rows.parFile.keys()].toSorted().map((label) => ({
    from: `${label.slice(0, 7)}-01`,
    to: label < AS_OF ? label : AS_OF,
    label,
  }));
}

function quartersOf(book: Pick<CountedBook, 'rows'>): readonly Period[] {
  const quarterOf = ({ label }: Period) => `${label.slice(0, 4)} ${Math.ceil(Number(label.slice(5, 7)) / 3)}`;
  return [...Map.groupBy(monthsOf(book), quarterOf).values()].flatMap((months) => {
    const [first, last] = [months[0], months.at(-1)];
    return first && last ? [{ ...last, from: first.from }] : [];
  });
}

function find(results: readonly KpiResult[], id: string, label: string): KpiResult | undefined {
  return results.find((result) => result.id === id && result.reportingDate === label);
}

function difference(
  result: KpiResult | undefined,
  counted: Rational | undefined,
  name: string,
): readonly string[] {
  const value = result?.value ?? undefined;
  if (value === undefined && counted === undefined) return [];
  // A part of which there is nothing has no result.
  if (result === undefined && counted?.numerator === 0n) return [];
  if (value !== undefined && counted !== undefined) {
    const apart = subtract(rational(value), counted);
    const size = { ...apart, numerator: apart.numerator < 0n ? -apart.numerator : apart.numerator };
    if (compare(size, rational('0.000000001')) <= 0) return [];
  }
  return [`${name}: ${value ?? result?.reason ?? 'nothing'}, counted ${counted && toDecimal(counted, 10)}`];
}
