import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compare, type Rational, rational, subtract, toDecimal } from '../../../../shared/domain/rational.ts';
import { type Catalog, loadCatalog } from '../../../../shared/kpis/catalog.ts';
import { isTable } from '../../../../shared/kpis/derived-tables.ts';
import type { KpiDefinition } from '../../../../shared/kpis/kpi-definition.ts';
import type { KpiMart, KpiResult } from '../../../../shared/kpis/kpi-result.ts';
import { COUNTS_OF_CLIENTS } from './portfolio-and-risk/clients.ts';
import { type CountedBook, countedBook } from './portfolio-and-risk/counted-book.ts';
import { COUNTS_OF_COVENANTS } from './portfolio-and-risk/covenants.ts';
import { AS_OF, enrichOlderBook } from './portfolio-and-risk/enriched-book.ts';
import { COUNTS_OF_INCOME } from './portfolio-and-risk/income.ts';
import type { Balance } from './portfolio-and-risk/loan-book-rows.ts';
import { COUNTS_OF_THE_TWIN } from './portfolio-and-risk/of-the-twin.ts';
import { PARTS, PARTS_OF_CUSTOMERS } from './portfolio-and-risk/parts.ts';
import { newestMonths, newestWeeks, quartersOf } from './portfolio-and-risk/periods.ts';
import { rebuiltBalances } from './portfolio-and-risk/rebuilt-balances.ts';
import { COUNTS_OF_RISK } from './portfolio-and-risk/risk.ts';
import type { Count, Period, Scope } from './portfolio-and-risk/scope.ts';
import { COUNTS_OF_TAPE, COUNTS_OF_TAPE_ALONE, type CountOfTape } from './portfolio-and-risk/tape.ts';

// Every KPI of these files, counted a second time from the rows of generated books by what its definition says: at each
// reporting date, by month, week and quarter, and by parts.

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

const MONTHS = newestMonths(AS_OF, 18);
const BEGINNING = '2024-07-01';

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
  let mart: KpiMart;
  beforeAll(async () => {
    book = await countedBook(seed, catalog);
    mart = await book.martOf();
  });
  afterAll(async () => book[Symbol.asyncDispose]());

  it('is the value at each reporting date', () => {
    expect(differencesOf(mart.series, MONTHS, inBook(book))).toEqual([]);
  });

  it('tells something of each KPI: none is zero or without a value on all dates', () => {
    const told = new Set(mart.series.filter(({ value }) => Number(value) !== 0).map(({ id }) => id));
    expect(Object.keys(COUNTS).filter((id) => !told.has(id))).toEqual([]);
  });

  it('is the value over each quarter, of what can be told of one', () => {
    const ofQuarters = new Set(mart.quarters.map(({ id }) => id));
    // Of the payers the first quarter is before the newest thirteen months.
    const quarters = quartersOf(MONTHS).slice(1);
    expect(differencesOf(mart.quarters, quarters, inBook(book), (id) => ofQuarters.has(id))).toEqual([]);
  });

  it('is the value by parts at the two newest reporting dates', () => {
    const differences = MONTHS.slice(-2)
      .toReversed()
      .flatMap((month) =>
        catalog.kpis.flatMap((kpi) => differencesByParts(mart, scopeOf(month, inBook(book)), kpi)),
      );
    expect(differences).toEqual([]);
  });

  it('is the value by week, without a PAR file, of what is not told by months alone', async () => {
    const rebuilt = await book.martOf({ has: isNoParFile, grain: 'week' });

    const byMonths = new Set([
      ...catalog.kpis.filter(({ periods }) => periods === 'month').map(({ id }) => id),
      // Over balances of month ends, and labelled by the end of a month.
      ...['rev.apr_realised', 'rev.yield_incl_fees', 'price.weighted_origination_fee_rate'],
    ]);
    const isTold = (id: string) => isToldByEvents(id) && !byMonths.has(id);
    const weeks = newestWeeks(AS_OF, 53);
    expect(differencesOf(rebuilt.series, weeks, inRebuiltBook(book, weeks), isTold)).toEqual([]);
  });

  it('is the value on a day that is past, without a PAR file, blind to what came later', async () => {
    const asOf = '2025-08-20';

    // A tape and loan data are of their own day, which is later.
    const isOfDay = (relation: string) => isNoParFile(relation) && !/tape|loan_data/.test(relation);
    const past = await book.martOf({ has: isOfDay, asOf });

    const isTold = (id: string) => isToldByEvents(id) && id !== 'price.weighted_origination_fee_rate';
    const months = newestMonths(asOf, 14);
    expect(differencesOf(past.series, months, inRebuiltBook(book, months), isTold)).toEqual([]);
  });

  it('is the value on each date of the tape, beside the loans and alone', async () => {
    const alone = await book.martOf({ has: (relation) => relation === 'cascade_loan_tape' });

    const differences = ({ series }: KpiMart, counts: Readonly<Record<string, CountOfTape>>) =>
      Object.entries(counts).flatMap(([id, count]) =>
        book.rows.tape.flatMap((tape) =>
          difference(find(series, id, tape.day), count(tape), `${id} ${tape.day}`),
        ),
      );
    expect(differences(mart, COUNTS_OF_TAPE_ALONE)).toEqual([]);
    expect(differences(alone, COUNTS_OF_TAPE)).toEqual([]);
  });

  it('is not made up where no feed brings what it takes', () => {
    const without = mart.kpis.filter(({ id }) => WITHOUT_FEED.includes(id));
    expect(without.map(({ id, value, reason }) => [id, value, reason])).toEqual(
      WITHOUT_FEED.map((id) => [
        id,
        null,
        expect.stringMatching(/^needs .*, and no (feed|source) brings (it|them|one)/),
      ]),
    );
  });
});

it('counts payments that are older than the loans up to the day that they know of', async () => {
  await using book = await countedBook(14, catalog, (sources) => enrichOlderBook(sources, '2025-11-25'));

  const mart = await book.martOf();

  const { paidUpTo, reallyPaidUpTo } = book.rows;
  expect(paidUpTo < '2025-12' && reallyPaidUpTo < '2025-12').toBe(true);
  expect(differencesOf(mart.series, MONTHS, { ...inBook(book), paidUpTo, reallyPaidUpTo })).toEqual([]);
});

/** All but the period, and the steps by which it is told: months, or weeks. */
type Surroundings = Omit<Scope, 'period' | 'periods' | 'months' | 'has'> & {
  readonly steps: readonly Period[];
};

function inBook({ rows }: CountedBook): Surroundings {
  const balancesOf = ({ label }: Period) => rows.parFile.get(label) ?? [];
  return { rows, asOf: AS_OF, paidUpTo: AS_OF, reallyPaidUpTo: AS_OF, balancesOf, steps: MONTHS };
}

/** With the balances that follow from loans, what fell due and what was paid. */
function inRebuiltBook({ rows }: CountedBook, steps: readonly Period[]): Surroundings {
  const byDay = new Map<string, readonly Balance[]>();
  const balancesOf = ({ to }: Period) => {
    const balances = byDay.get(to) ?? rebuiltBalances(rows, to);
    byDay.set(to, balances);
    return balances;
  };
  const asOf = steps.at(-1)?.to ?? AS_OF;
  return { rows, asOf, paidUpTo: asOf, reallyPaidUpTo: asOf, balancesOf, steps };
}

function isNoParFile(relation: string): boolean {
  return relation !== 'looker_loan_par_balances';
}

/** Without a PAR file there is nothing to compare. */
function isToldByEvents(id: string): boolean {
  return !id.startsWith('dq.');
}

function differencesByParts(mart: KpiMart, whole: Scope, kpi: KpiDefinition): readonly string[] {
  const count = COUNTS[kpi.id];
  if (count === undefined) return [];
  const { label } = whole.period;
  const ofKpi = mart.breakdowns.filter(({ id, reportingDate }) => id === kpi.id && reportingDate === label);
  return kpi.dimensions.flatMap((dimension) => {
    const partOf = (kpi.grain === 'customer' ? PARTS_OF_CUSTOMERS : PARTS)[dimension];
    if (partOf === undefined) return [];
    const results = new Map(ofKpi.map((result) => [result.dimension[dimension], result]));
    results.delete(undefined);
    const ofLoans = [...whole.rows.loans.values()].map((loan) => partOf(loan, whole));
    return [...new Set([...results.keys(), ...ofLoans])].flatMap((part) =>
      difference(
        results.get(part),
        count({ ...whole, has: (loan) => partOf(loan, whole) === part }),
        `${kpi.id} ${label} ${dimension} ${part}`,
      ),
    );
  });
}

function differencesOf(
  series: readonly KpiResult[],
  periods: readonly Period[],
  surroundings: Surroundings,
  isTold: (id: string) => boolean = () => true,
): readonly string[] {
  const scopes = periods.map((period) => scopeOf(period, surroundings));
  return Object.entries(COUNTS).flatMap(([id, count]) =>
    isTold(id)
      ? newestOf(id, scopes).flatMap((scope) =>
          difference(find(series, id, scope.period.label), count(scope), `${id} ${scope.period.label}`),
        )
      : [],
  );
}

/** The loan data are of one day, and the payers of a year are told for the newest thirteen periods. */
function newestOf(id: string, scopes: readonly Scope[]): readonly Scope[] {
  if (id === 'price.weighted_origination_fee_rate') return scopes.slice(-1);
  if (id !== 'port.payor_cash_concentration') return scopes;
  return scopes.filter(({ period, reallyPaidUpTo }) => period.from <= reallyPaidUpTo).slice(-13);
}

function scopeOf(period: Period, { steps, ...surroundings }: Surroundings): Scope {
  const upTo = (all: readonly Period[]) => all.filter(({ to }) => to <= period.to);
  const months = newestMonths(surroundings.asOf, MONTHS.length).filter(({ from }) => from >= BEGINNING);
  return { ...surroundings, period, periods: upTo(steps), months: upTo(months), has: () => true };
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
