import { describe, expect, it } from '@jest/globals';
import { due, type Example, foundFor, LENDING_BOOK, paid, theKpis, theTable } from './lending-book.ts';
import { aLoan, resultOf } from './small-book.ts';

// Prices, revenue and growth of the lender of six loans, worked by hand; see lending-book.ts for its dollars.

async function expectExamples(examples: readonly Example[]) {
  const ids = examples.map(([id]) => id);
  const mart = await theKpis(ids, LENDING_BOOK);

  expect(foundFor(examples, mart)).toEqual(examples);
}

describe('rates of the live portfolio', () => {
  it('are weighted by outstanding, or by principal where they say so', async () => {
    await expectExamples([
      // On December 10: B 500 at 0.40, C 3000 at 0.30, D 600 at 0.50, E 400 at 0.20
      // (200 + 900 + 300 + 80) / 4500
      ['price.weighted_apr', '2025-12-31', '0.3288888889', 'ok'],
      ['finance.arr', '2025-12-31', '1480.00000000', 'ok'],
      // by principal: (0.40 x 2000 + 0.30 x 3000 + 0.50 x 600 + 0.20 x 400) / 6000 = 2080 / 6000
      ['finance.portfolio_yield', '2025-12-31', '34.6666666667', 'ok'],
      // fees over principal: 0.005, 20 / 3000 and 4 / 600 are 0.006667 to six decimals, 0.005
      // (0.005 x 500 + 0.006667 x 3000 + 0.006667 x 600 + 0.005 x 400) / 4500 = 28.5012 / 4500
      ['price.weighted_fee_rate', '2025-12-31', '0.0063336000', 'ok'],
      // lent in October: A 1000 at 0.36, B 2000 at 0.40: 1160 / 3000
      ['price.weighted_apr_origination', '2025-10-31', '0.3866666667', 'ok'],
      ['price.weighted_apr_origination', '2025-12-31', '0.5000000000', 'ok'],
    ]);
  });

  it('of the loan data add up the parts of a loan, and leave out what is written off', async () => {
    const mart = await theKpis(['price.weighted_origination_fee_rate'], {
      looker_loan_data: [
        // In two parts: (6 + 0.78 + 4 + 0.52) / 100 = 0.113 on 50
        part('1', { disbursement_amount: '60', origination_fee: '6', origination_fee_taxes: '0.78' }, '30'),
        part('1', { disbursement_amount: '40', origination_fee: '4', origination_fee_taxes: '0.52' }, '20'),
        // 1 / 100 = 0.01 on 100
        part('2', { origination_fee: '1', origination_fee_taxes: '0' }, '100'),
        part('3', { origination_fee: '90', days_past_due: 181 }, '100'),
        // No fee is known: counted as empty.
        part('4', {}, '100'),
      ],
    });

    // (5.65 + 1) / 150
    expect(resultOf(mart, 'price.weighted_origination_fee_rate')).toMatchObject({
      value: '0.0443333333',
      numerator: '6.65000000',
      denominator: '150.00',
      nulls: 1,
    });
  });
});

describe('revenue', () => {
  it('is what was paid without VAT, by month, and to date', async () => {
    await expectExamples([
      // November: A 40 + 10, B 10, F 15; December to the 10th: B 40 + 10
      ['rev.revenue', '2025-10-31', '0.00', 'ok'],
      ['rev.revenue', '2025-11-30', '75.00', 'ok'],
      ['rev.revenue', '2025-12-31', '50.00', 'ok'],
      // October: E 8 + 2; November: A 40 + 10, F 15; December: B 50 + 10
      ['rev.scheduled', '2025-10-31', '10.00', 'ok'],
      ['rev.scheduled', '2025-11-30', '65.00', 'ok'],
      ['rev.scheduled', '2025-12-31', '60.00', 'ok'],
      ['rev.cumulative_received', '2025-12-31', '125.00', 'ok'],
      ['rev.cumulative_scheduled', '2025-12-31', '135.00', 'ok'],
      // (40 + 10 + 15) / 75, and 40 / 50
      ['rev.recurrence_pct', '2025-11-30', '86.6666666667', 'ok'],
      ['rev.recurrence_pct', '2025-12-31', '80.0000000000', 'ok'],
      ['rev.recurrence_pct', '2025-10-31', null, 'not-computable'],
      // 75 / 4900 and 50 / 4500; fees 10 / 4900 and 10 / 4500
      ['price.effective_rate', '2025-11-30', '0.0153061224', 'ok'],
      ['price.effective_rate', '2025-12-31', '0.0111111111', 'ok'],
      ['price.other_income_rate', '2025-11-30', '0.0020408163', 'ok'],
      ['price.other_income_rate', '2025-12-31', '0.0022222222', 'ok'],
    ]);
  });

  it('has rebates taken off once, since their interest is below zero', async () => {
    const mart = await theKpis(['rev.revenue', 'risk.collection_efficiency'], {
      looker_loans: [aLoan('A', 'CLI1', { disburse_date: '2025-11-01' })],
      looker_schedules: [due('A', '2025-11-30', 100, 20, 0)],
      looker_transactions: [
        paid('A', '2025-11-10', 90, 20, 0),
        { loan_id: 'A', date_paid: '2025-11-11', principal: '10.00', interest: '-8.85', to_tax: '-1.15' },
      ],
    });

    // 20 - 8.85
    expect(resultOf(mart, 'rev.revenue', '2025-11-30').value).toBe('11.15');
    // 90 + 20 + 10 - 8.85 = 111.15 of 120
    expect(resultOf(mart, 'risk.collection_efficiency', '2025-11-30').value).toBe('92.6250000000');
  });
});

describe('twelve months', () => {
  // X is lent in December 2024, owes 1200 ever since and pays 5 of interest and 1 of fees on the tenth of each month of
  // 2025. Y pays 600 back on 2024-12-10 and Z on 2025-01-20.
  const YEAR_BOOK = {
    looker_loans: [
      aLoan('X', 'CLI1', { disburse_date: '2024-12-05', disburse_principal: '1200' }),
      aLoan('Y', 'CLI2', { disburse_date: '2024-11-01', disburse_principal: '600' }),
      aLoan('Z', 'CLI2', { disburse_date: '2025-01-05', disburse_principal: '600' }),
    ],
    looker_schedules: [
      due('X', '2026-03-01', 1200, 60, 12),
      due('Y', '2024-12-10', 600, 0, 0),
      due('Z', '2025-01-20', 600, 0, 0),
    ],
    looker_transactions: [
      paid('Y', '2024-12-10', 600, 0, 0),
      paid('Z', '2025-01-20', 600, 0, 0),
      ...Array.from({ length: 12 }, (_, index) =>
        paid('X', `2025-${String(index + 1).padStart(2, '0')}-10`, 0, 5, 1),
      ),
    ],
  };
  const IDS = ['throughput_12m', 'rotation', 'sam_penetration', 'apr_realised', 'yield_incl_fees'].map(
    (name) => `rev.${name}`,
  );

  it('end with the as-of day, and are compared with the balances of twelve month ends', async () => {
    const mart = await theKpis(IDS, YEAR_BOOK);

    // From 2024-12-11 to 2025-12-10: Z alone. Balances are 1200 at each of twelve month ends.
    const examples: Example[] = [
      ['rev.throughput_12m', '2025-12-31', '600.00', 'ok'],
      ['rev.rotation', '2025-12-31', '0.5000000000', 'warning'],
      ['rev.sam_penetration', '2025-12-31', '0.0000006667', 'ok'],
      // 12 x 5 / 1200 and 12 x 6 / 1200
      ['rev.apr_realised', '2025-12-31', '0.0500000000', 'ok'],
      ['rev.yield_incl_fees', '2025-12-31', '0.0600000000', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
    // From 2024-12-01 to 2025-11-30: Y and Z.
    expect(resultOf(mart, 'rev.throughput_12m', '2025-11-30').value).toBe('1200.00');
  });

  it('have no value while the book is younger', async () => {
    const mart = await theKpis(IDS, YEAR_BOOK);

    // From November 2024 to September 2025 there are eleven.
    for (const id of IDS) {
      expect(resultOf(mart, id, '2025-09-30')).toMatchObject({ value: null, status: 'not-computable' });
      expect(resultOf(mart, id, '2025-10-31').value).not.toBeNull();
    }
    expect(resultOf(mart, 'rev.rotation', '2025-09-30').reason).toBe(
      'needs twelve months of the book, and it has fewer',
    );
  });

  it('say that month ends are wanting in a report by days, before the first of them too', async () => {
    const mart = await theKpis(IDS, YEAR_BOOK, { grain: 'day' });

    for (const day of ['2025-10-30', '2025-10-31']) {
      expect(resultOf(mart, 'rev.apr_realised', day).reason).toBe(
        'needs the balances of twelve month ends, and there are fewer',
      );
    }
    expect(resultOf(mart, 'rev.throughput_12m', '2025-12-09').value).toBe('1200.00');
  });
});

describe('effective interest rates', () => {
  it('are the yearly rate of the pooled cash flows of the loans that were repaid in the month', async () => {
    const twoYears = { disburse_date: '2023-12-01', disburse_principal: '100' };
    const mart = await theKpis(['price.eir_real', 'price.eir_scheduled'], {
      looker_loans: [
        aLoan('A', 'CLI1', twoYears),
        aLoan('B', 'CLI2', twoYears),
        aLoan('C', 'CLI3', twoYears),
      ],
      looker_schedules: [
        due('A', '2024-11-30', 100, 21, 0),
        due('B', '2024-11-30', 100, 21, 0),
        due('C', '2024-11-30', 100, 21, 0),
      ],
      looker_transactions: [
        paid('A', '2025-11-30', 100, 21, 0),
        paid('B', '2025-11-30', 100, 67, 0),
        // Not repaid: in neither rate.
        paid('C', '2025-11-30', 50, 21, 0),
      ],
    });

    // 200 out; 288 in after 730 days: 1.44 is 1.2 x 1.2. By the schedule 242 after 365 days.
    expect(resultOf(mart, 'price.eir_real', '2025-11-30').value).toBe('0.200000');
    expect(resultOf(mart, 'price.eir_scheduled', '2025-11-30').value).toBe('0.210000');
    expect(resultOf(mart, 'price.eir_real')).toMatchObject({
      value: null,
      reason: 'needs loans that were repaid in the month and earned something, and there are none',
    });
  });

  it('leave next to nothing of the flows at the rate', async () => {
    const mart = await theKpis(['price.eir_real'], LENDING_BOOK);

    const rate = Number(resultOf(mart, 'price.eir_real', '2025-11-30').value);

    // A: 1050 after 45 days; F: 1515 after 20
    const worth = (yearly: number) =>
      -2500 + 1050 / (1 + yearly) ** (45 / 365) + 1515 / (1 + yearly) ** (20 / 365);
    expect(worth(rate - 0.000001)).toBeGreaterThan(0);
    expect(worth(rate + 0.000001)).toBeLessThan(0);
  });
});

describe('growth', () => {
  it('is of balances between month ends, and of lending between as many days', async () => {
    await expectExamples([
      // (4900 - 3400) / 3400 and (4500 - 4900) / 4900
      ['growth.mom', '2025-11-30', '44.1176470588', 'ok'],
      ['growth.mom', '2025-12-31', '-8.1632653061', 'ok'],
      ['growth.yoy', '2025-12-31', null, 'not-computable'],
      ['growth.origination_volume', '2025-11-30', '4500.00', 'critical'],
      // of ten days
      ['growth.origination_volume', '2025-12-31', '600.00', 'ok'],
      // (4500 - 3000) / 3000; D's 600 against F's 1500, which was lent by November 10 as C was not
      ['growth.loan_book_growth', '2025-11-30', '50.0000000000', 'ok'],
      ['growth.loan_book_growth', '2025-12-31', '-60.0000000000', 'critical'],
      // F + C lent, A + F due: 4500 / 2500; D lent, B due: 600 / 2000
      ['growth.replines_amount', '2025-11-30', '180.0000000000', 'ok'],
      ['growth.replines_amount', '2025-12-31', '30.0000000000', 'ok'],
      // CLI1 and CLI5 closed a loan in November, and CLI1 borrowed again five days later
      ['growth.replines_90d', '2025-11-30', '50.0000000000', 'ok'],
      ['growth.replines_90d', '2025-12-31', null, 'not-computable'],
      // CLI1 borrowed in October and again in November, CLI3 and CLI5 never before
      ['growth.recurrent_tpv', '2025-11-30', '3000.00', 'ok'],
      ['growth.recurrent_tpv', '2025-12-31', '0.00', 'ok'],
    ]);
  });

  it('of a quarter is not made of its months', async () => {
    const ids = [
      'growth.loan_book_growth',
      'growth.replines_90d',
      'price.eir_real',
      'growth.origination_volume',
    ];
    const months = await theKpis(ids, LENDING_BOOK);
    const quarters = await theKpis(ids, LENDING_BOOK, { grain: 'quarter' });

    // The months together would hold 8100 against 400 + 3000 + 1500.
    expect([...new Set(months.quarters.map(({ id }) => id))]).toEqual(['growth.origination_volume']);
    // The quarter lent 8100 in 71 days, and the one before E's 400 in as many.
    const found = quarters.kpis.map(({ id, numerator, denominator }) => [id, numerator, denominator]);
    expect(found).toMatchObject([
      ['growth.loan_book_growth', '7700.00', '400.00'],
      ['growth.origination_volume', '8100.00', null],
      // A of CLI1 and F of CLI5 were repaid, and CLI1 came back
      ['growth.replines_90d', '1', '2'],
      ['price.eir_real', expect.any(String), null],
    ]);
  });

  it('knows who came back by the day', async () => {
    const loan = (id: string, customer: string, day: string) => aLoan(id, customer, { disburse_date: day });
    const mart = await theKpis(['growth.replines_90d', 'growth.recurrent_tpv'], {
      looker_loans: [
        // Back on the day of the closing, on the 90th day after it, and on the 91st
        loan('1', 'CLI1', '2025-05-01'),
        loan('2', 'CLI1', '2025-06-30'),
        loan('3', 'CLI2', '2025-05-02'),
        loan('4', 'CLI2', '2025-09-28'),
        loan('5', 'CLI3', '2025-05-02'),
        loan('6', 'CLI3', '2025-09-29'),
        // Made and closed on one day: no return of its own
        loan('7', 'CLI4', '2025-06-30'),
      ],
      looker_schedules: [],
      looker_transactions: ['1', '3', '5', '7'].map((id) => paid(id, '2025-06-30', 100, 1, 0)),
    });

    expect(resultOf(mart, 'growth.replines_90d', '2025-06-30')).toMatchObject({
      value: '50.0000000000',
      numerator: '2',
      denominator: '4',
    });
    // June: CLI1 was there in May, CLI4 is new. September: CLI2 and CLI3 are back after 90 days or more.
    expect(resultOf(mart, 'growth.recurrent_tpv', '2025-06-30').value).toBe('100.00');
    expect(resultOf(mart, 'growth.recurrent_tpv', '2025-09-30').value).toBe('200.00');
  });
});

describe('table_monthly_pricing', () => {
  it('has the prices of each month side by side', async () => {
    const rows = await theTable('table_monthly_pricing', LENDING_BOOK);

    expect(rows.at(-1)).toEqual({
      year_month: '2025-12-31',
      as_of: '2025-12-10',
      weighted_apr: '0.328889',
      weighted_fee_rate: '0.006334',
      scheduled_revenue: '60.00',
      received_revenue: '50.00',
      recurrence_pct: '80.0000',
    });
    expect(rows.map(({ year_month }) => year_month)).toEqual([
      '2025-09-30',
      '2025-10-31',
      '2025-11-30',
      '2025-12-31',
    ]);
  });
});

function part(loan: string, more: Readonly<Record<string, string | number>>, outstanding: string) {
  return { loan_id: loan, outstanding_loan_value: outstanding, ...more };
}
