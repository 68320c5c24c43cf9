import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../../../../shared/domain/local-date.ts';
import { formatScaled } from '../../../../shared/domain/rational.ts';
import { type Catalog, loadCatalog } from '../../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../../shared/kpis/compute-kpis.ts';
import { coreCatalog } from '../../../../shared/kpis/parity.ts';
import { proveMart } from '../../../../shared/pipeline/prove-mart.ts';
import {
  aBalance,
  aLoan,
  aWriteOff,
  date,
  entryOf,
  type Row,
  type SmallBook,
  withScratch,
  writeBook,
} from '../small-book.ts';

// Both computations over books that no lender has: several instalments, some of nothing; payments before the
// disbursement, too large, or of loans that nobody knows; balances of unknown loans; dates without a row.

const RUNS = { numRuns: 12, seed: 20_251_210 };
const FIRST = date('2025-07-01');
const LAST_DAY = 200;

const loanId = fc.integer({ min: 1, max: 12 }).map((number) => `L${number}`);
const aDay = fc.integer({ min: 0, max: LAST_DAY }).map((days) => addDays(FIRST, days));
const cents = fc.oneof(fc.constant(0n), fc.bigInt(1n, 500n), fc.bigInt(1n, 9_999_999_999_999n));
const money = cents.map((units) => formatScaled(units, 2));
const smallMoney = fc.integer({ min: 0, max: 60_00 }).map((units) => formatScaled(units, 2));

const loans = fc.uniqueArray(
  fc
    .record({
      loan: loanId,
      customer: fc.integer({ min: 1, max: 5 }),
      disbursed: aDay,
      term: fc.nat(150),
      principal: fc.oneof(smallMoney, money),
      rate: fc.nat(11_600),
      interest: smallMoney,
    })
    .map(({ loan, customer, disbursed, term, principal, rate, interest }) =>
      aLoan(loan, `CLI${customer}`, {
        disburse_date: disbursed,
        maturity_date: addDays(disbursed, term),
        term,
        disburse_principal: principal,
        total_interest: interest,
        interest_rate: formatScaled(rate, 3),
        outstanding_balance: principal,
      }),
    ),
  { maxLength: 12, selector: (row) => row['loan_id'] },
);

const NOTHING_DUE: Row = { principal: '0', interest: '0', to_tax: '0' };
const schedules = fc.uniqueArray(
  fc
    .record({
      loan: loanId,
      due: aDay,
      amounts: fc.oneof(
        fc.constant(NOTHING_DUE),
        fc.record({ principal: fc.oneof(smallMoney, money), interest: smallMoney, to_tax: smallMoney }),
      ),
    })
    .map(({ loan, due, amounts }): Row => ({ loan_id: loan, date_due: due, ...amounts })),
  { maxLength: 30, selector: (row) => `${row['loan_id']} ${row['date_due']}` },
);

const transactions = fc.uniqueArray(
  fc
    .record({
      loan: fc.oneof(loanId, fc.constant('nobody')),
      paid: aDay,
      type: fc.constantFrom('PAYMENT', 'PAYMENT', 'PAYMENT', 'DISBURSEMENT'),
      principal: fc.oneof(smallMoney, money),
      interest: fc.integer({ min: -2_000, max: 2_000 }).map((units) => formatScaled(units, 2)),
      fees: smallMoney,
    })
    .map(
      ({ loan, paid, type, principal, interest, fees }): Row => ({
        loan_id: loan,
        transaction_type: type,
        date_paid: paid,
        principal,
        interest,
        fees,
        other: '0.01',
      }),
    ),
  { maxLength: 40, selector: (row) => `${row['loan_id']} ${row['transaction_type']} ${row['date_paid']}` },
);

const LABELS = ['2025-08-31', '2025-09-30', '2025-11-15', '2025-11-30', '2025-12-31'];
const daysLate = fc.oneof(fc.constant(0), fc.constantFrom(6, 7, 29, 30, 59, 60, 89, 90), fc.nat(180));
const balances = fc.uniqueArray(
  fc
    .record({
      loan: loanId,
      label: fc.constantFrom(...LABELS),
      amount: money,
      dpd: daysLate,
      implied: fc.nat(3),
      isWrittenOff: fc.nat(4),
    })
    .map(({ loan, label, amount, dpd, implied, isWrittenOff }): Row => {
      const due = dpd > 0 ? addDays(date(label), -dpd - implied) : null;
      const more = { reporting_date: label, dpd_date: due };
      return isWrittenOff === 0
        ? aWriteOff(loan, amount, { reporting_date: label })
        : aBalance(loan, amount, dpd, more);
    }),
  { minLength: 1, maxLength: 40, selector: (row) => `${row['loan_id_raw']} ${row['reporting_date']}` },
);

const tape = fc
  .uniqueArray(fc.record({ day: aDay, receivable: money, cash: smallMoney, late: smallMoney }), {
    maxLength: 4,
    selector: ({ day }) => day,
  })
  .map((rows) =>
    rows.map(
      ({ day, receivable, cash, late }): Row => ({
        measurement_date: day,
        total_receivable_usd: receivable,
        total_eligible_usd: receivable,
        cash_available_usd: cash,
        dpd_30_60_usd: late,
        dpd_90_plus_usd: late,
      }),
    ),
  );

// A file may be older than the others, or than what was paid and lent according to them.
const snapshotDay = fc.constantFrom('2025-12-31', '2025-12-31', '2025-11-20', '2025-09-05');
const snapshots = fc.record({
  looker_loans: snapshotDay,
  looker_schedules: snapshotDay,
  looker_transactions: snapshotDay,
  looker_loan_par_balances: snapshotDay,
});

const wanted = fc.record({
  book: fc.record(
    {
      looker_loans: loans,
      looker_schedules: schedules,
      looker_transactions: transactions,
      looker_loan_par_balances: balances,
      cascade_loan_tape: tape,
    },
    { requiredKeys: [] },
  ),
  grain: fc.constantFrom('month', 'month', 'week', 'day', 'quarter'),
  asOf: fc.constantFrom('2025-12-31', '2025-12-10', '2025-10-15', '2025-09-30'),
  snapshots,
} as const);

describe('any book', () => {
  it('has the same core KPIs by both computations', async () => {
    const catalog = coreCatalog(await loadCatalog());
    await fc.assert(
      fc.asyncProperty(wanted, async ({ book, ...asked }) => {
        const parity = await prove(book, { catalog, ...asked });

        expect(parity).toEqual({ checked: expect.any(Number), mismatches: [], unproven: [] });
      }),
      RUNS,
    );
  });

  it('has them when its balances are rebuilt', async () => {
    const catalog = coreCatalog(await loadCatalog());
    const rebuilt = fc.record({
      looker_loans: loans,
      looker_schedules: schedules,
      looker_transactions: transactions,
    });
    await fc.assert(
      fc.asyncProperty(rebuilt, snapshots, async (book, days) => {
        const parity = await prove(book, { catalog, grain: 'month', asOf: '2025-12-31', snapshots: days });

        expect(parity.mismatches).toEqual([]);
      }),
      RUNS,
    );
  });
});

// Found among random books: periods in which nobody owes anything any more.
describe('a book of which everything is repaid', () => {
  const loan = aLoan('L1', 'CLI1', {
    disburse_date: FIRST,
    maturity_date: FIRST,
    disburse_principal: '0.01',
    outstanding_balance: '0.01',
  });
  const paid = (day: string, principal: string): Row => ({
    loan_id: 'L1',
    date_paid: day,
    principal,
    other: '0.01',
  });

  it('has a write-off rate of the period in which it was, and recovers what was lost', async () => {
    const catalog = coreCatalog(await loadCatalog());
    const lost = aWriteOff('L1', '0.01', { reporting_date: '2025-08-31' });
    const book = { looker_loans: [loan], looker_schedules: [] };
    const late = { ...book, looker_transactions: [paid('2025-08-01', '0.02')] };
    const atOnce = { ...book, looker_transactions: [paid(FIRST, '0.01')], looker_loan_par_balances: [lost] };

    const parities = [
      await prove(late, { catalog, grain: 'month', asOf: '2025-12-31' }),
      await prove(atOnce, { catalog, grain: 'day', asOf: '2025-12-31' }),
    ];

    expect(parities.flatMap(({ mismatches }) => mismatches)).toEqual([]);
  });
});

type Asked = {
  readonly catalog: Catalog;
  readonly grain: 'month' | 'week' | 'day' | 'quarter';
  readonly asOf: string;
  /** As-of days of single files; the others are of the last day. */
  readonly snapshots?: Readonly<Partial<Record<string, string>>>;
};

async function prove(book: SmallBook, { catalog, grain, asOf, snapshots: days = {} }: Asked) {
  return await withScratch(async (dir, sql) => {
    const files = await writeBook(dir, sql, book);
    const entries = [...files.keys()].map((relation) =>
      entryOf(relation, days[relation] ?? '2025-12-31', book),
    );
    const failed: string[] = [];
    const mart = await computeKpis({
      book: entries,
      files,
      catalog,
      sql,
      asOf: date(asOf),
      grain,
      onFailure: ({ mart: model, error }) => failed.push(`${model}: ${String(error)}`),
    });
    expect(failed).toEqual([]);
    return await proveMart({ mart, files, sql });
  });
}
