import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare, formatScaled, rational } from '../../../shared/domain/rational.ts';
import { type Catalog, loadCatalog } from '../../../shared/kpis/catalog.ts';
import { martJson } from '../../../shared/kpis/mart-files.ts';
import { coreCatalog } from '../../../shared/kpis/parity.ts';
import { aBalance, aLoan, aWriteOff, kpisOver, type Row, resultOf, type SmallBook } from './small-book.ts';

// What must hold for any book, whatever its amounts (twin/random-books.test.ts holds them against a second computation).
// The books are random but small: each run writes Parquet and asks the engine.

const RUNS = { numRuns: 12, seed: 20_251_210 };
const DATES = ['2025-09-30', '2025-10-31', '2025-11-30'];

const cents = fc.oneof(fc.bigInt(0n, 500n), fc.bigInt(0n, 99_999_999_999_999n));
const daysLate = fc.oneof(
  fc.constant(0),
  fc.constantFrom(6, 7, 29, 30, 59, 60, 89, 90),
  fc.integer({ min: 0, max: 180 }),
);

const balance = fc
  .record({
    loan: fc.integer({ min: 1, max: 30 }),
    day: fc.constantFrom(...DATES),
    amount: cents.map((units) => formatScaled(units, 2)),
    dpd: daysLate,
    isWrittenOff: fc.boolean(),
  })
  .map(
    ({ loan, day, amount, dpd, isWrittenOff }): Row =>
      isWrittenOff
        ? aWriteOff(`L${loan}`, amount, { reporting_date: day })
        : aBalance(`L${loan}`, amount, dpd, { reporting_date: day }),
  );

const loan = fc
  .record({
    loan: fc.integer({ min: 1, max: 30 }),
    customer: fc.integer({ min: 1, max: 14 }),
    rate: fc.integer({ min: 0, max: 11_600 }).map((units) => formatScaled(units, 3)),
    principal: cents.map((units) => formatScaled(units, 2)),
    day: fc.integer({ min: 1, max: 28 }),
    month: fc.integer({ min: 8, max: 11 }),
  })
  .map(({ loan, customer, rate, principal, day, month }) =>
    aLoan(`L${loan}`, `CLI${customer}`, {
      interest_rate: rate,
      disburse_principal: principal,
      disburse_date: `2025-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
    }),
  );

const balances = fc.uniqueArray(balance, {
  minLength: 1,
  maxLength: 60,
  selector: (row) => `${row['loan_id_raw']} ${row['reporting_date']}`,
});
const loans = fc.uniqueArray(loan, { minLength: 1, maxLength: 30, selector: (row) => row['loan_id'] });

/** Of half the books the loans file knows every loan, so that KPIs that need its customer have a value. */
const book = fc
  .record({ looker_loan_par_balances: balances, looker_loans: loans, isComplete: fc.boolean() })
  .map(({ looker_loan_par_balances, looker_loans, isComplete }) => {
    const known = new Set(looker_loans.map((row) => row['loan_id']));
    const isKept = (row: Row) => !isComplete || known.has(row['loan_id_raw'] ?? null);
    return { looker_loan_par_balances: looker_loan_par_balances.filter(isKept), looker_loans };
  });

let catalog: Catalog;
beforeAll(async () => {
  catalog = coreCatalog(await loadCatalog());
});

describe('any book', () => {
  it('has PAR 7 >= PAR 30 >= PAR 60 >= PAR 90, in and out of write-offs, each from 0 to 100', async () => {
    await fc.assert(
      fc.asyncProperty(balances, async (rows) => {
        const mart = await kpisOver({ looker_loan_par_balances: rows }, { catalog });

        for (const day of new Set(mart.series.map(({ reportingDate }) => reportingDate))) {
          const par = (id: string) => resultOf(mart, `risk.par_${id}`, day).value;
          expectFalling(['100', par('7'), par('30'), par('60'), par('90'), '0']);
          expectFalling(['100', par('30_incl_writeoff'), par('90_incl_writeoff'), par('90')]);
        }
      }),
      RUNS,
    );
  });

  it('is cut by age without a gap or an overlap', async () => {
    await fc.assert(
      fc.asyncProperty(balances, async (rows) => {
        const mart = await kpisOver({ looker_loan_par_balances: rows }, { catalog });

        for (const { reportingDate, numerator } of mart.series.filter(
          ({ id }) => id === 'port.outstanding',
        )) {
          const at = (days: number) => centsOf(resultOf(mart, `risk.par_${days}`, reportingDate).numerator);
          const total = centsOf(numerator);
          const buckets = [total - at(7), at(7) - at(30), at(30) - at(60), at(60) - at(90), at(90)];
          const direct = [
            [0, 7],
            [7, 30],
            [30, 60],
            [60, 90],
            [90, 9999],
          ].map(([from = 0, to = 0]) =>
            rows
              .filter((row) => row['reporting_date'] === reportingDate && row['is_writeoff'] !== 'true')
              .filter((row) => Number(row['dpd']) >= from && Number(row['dpd']) < to)
              .reduce((sum, row) => sum + centsOf(row['outstanding_balance_usd']), 0n),
          );
          expect(buckets).toEqual(direct);
        }
      }),
      RUNS,
    );
  });

  it('gives the same bytes whatever the order of its rows', async () => {
    const withShuffles = book.chain((rows) =>
      fc.tuple(
        fc.constant(rows),
        fc.record({
          looker_loans: shuffled(rows.looker_loans),
          looker_loan_par_balances: shuffled(rows.looker_loan_par_balances),
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(withShuffles, async ([rows, permuted]) => {
        const [first, second] = await Promise.all([
          kpisOver(rows, { catalog }),
          kpisOver(permuted, { catalog }),
        ]);

        expect(resultsText(second)).toBe(resultsText(first));
      }),
      RUNS,
    );
  });

  it('has measures of loans that add up over partitions of the loans', async () => {
    await fc.assert(
      fc.asyncProperty(balances, fc.integer({ min: 0, max: 60 }), async (rows, cut) => {
        const parts = [rows.slice(0, cut), rows.slice(cut)].filter((part) => part.length > 0);

        const [whole, ...marts] = await Promise.all(
          [rows, ...parts].map((part) => kpisOver({ looker_loan_par_balances: part }, { catalog })),
        );

        for (const kpi of whole?.series.filter(({ model }) => model === 'mart_loan_par') ?? []) {
          const same = marts.flatMap(({ series }) =>
            series.filter(({ id, reportingDate }) => id === kpi.id && reportingDate === kpi.reportingDate),
          );
          const total = (side: 'numerator' | 'denominator') =>
            same.reduce((sum, part) => sum + centsOf(part[side]), 0n);
          expect([total('numerator'), total('denominator')]).toEqual([
            centsOf(kpi.numerator),
            centsOf(kpi.denominator),
          ]);
        }
      }),
      RUNS,
    );
  });
});

function shuffled(rows: readonly Row[]): fc.Arbitrary<Row[]> {
  return fc.shuffledSubarray([...rows], { minLength: rows.length, maxLength: rows.length });
}

/** The results alone: a permuted file is another file, so the book that names its hash differs. */
function resultsText(mart: Awaited<ReturnType<typeof kpisOver>>): string {
  const { kpis, series } = mart;
  return JSON.stringify({ kpis, series });
}

function expectFalling(values: readonly (string | null)[]): void {
  const known = values.filter((value) => value !== null);
  for (const [index, value] of known.slice(1).entries()) {
    expect(compare(rational(value), rational(known[index] ?? ''))).toBeLessThanOrEqual(0);
  }
}

/** Counts as well as money: a count reads as a hundred of its units, which adds up just the same. */
function centsOf(text: string | number | null | undefined): bigint {
  const { numerator, denominator } = rational(String(text ?? '0'));
  return (numerator * 100n) / denominator;
}

it('gives the same book the same bytes', async () => {
  const rows: SmallBook = {
    looker_loan_par_balances: [aBalance('A', '10.00', 31, { dpd_date: '2025-10-25' }), aBalance('B', '7.00')],
    looker_loans: [aLoan('A', 'CLI1'), aLoan('B', 'CLI2')],
  };

  const marts = await Promise.all([kpisOver(rows), kpisOver(rows), kpisOver(rows)]);

  expect(new Set(marts.map(martJson)).size).toBe(1);
});
