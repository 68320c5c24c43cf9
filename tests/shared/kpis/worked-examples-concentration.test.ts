import { describe, expect, it } from '@jest/globals';
import type { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { type Example, foundFor, theKpis } from './lending-book.ts';
import { aBalance, aLoan, aWriteOff, type Row, resultOf } from './small-book.ts';

// What the portfolio is made of and what it hangs on, worked by hand.

const DAY = '2025-11-30';

/** The newest value of each part. */
function parts(mart: KpiMart, id: string, dimension: string): Record<string, string | null> {
  const newest = mart.breakdowns.filter(
    (part) => part.id === id && part.reportingDate === DAY && dimension in part.dimension,
  );
  return Object.fromEntries(newest.map((part) => [part.dimension[dimension], part.value]));
}

const share = (id: string): string => `port.concentration_${id}`;

describe('the portfolio', () => {
  const BOOK = {
    looker_loans: [
      aLoan('ABF - DSB0001-001', 'CLI1', { disburse_principal: '9999.99' }),
      aLoan('ABF - DSB0001-002', 'CLI1', { disburse_principal: '10000' }),
      aLoan('ABF - DSB0002-001', 'CLI2', { disburse_principal: '25000', disburse_date: '2025-11-02' }),
      aLoan('ABT - DSB0001-001', 'CLI1', {
        company: 'ABT',
        disburse_principal: '25000.01',
        disburse_date: '2025-11-03',
      }),
      aLoan('ABT - DSB0003-001', 'CLI3', {
        company: 'ABT',
        disburse_principal: '100000.01',
        location_state_province: null,
      }),
      aLoan('ABT - DSB0004-001', 'CLI4', { company: 'ABT', disburse_principal: '60' }),
    ],
    looker_loan_par_balances: [
      aBalance('ABF - DSB0001-001', '100.00'),
      aBalance('ABF - DSB0001-002', '50.00', 31),
      aBalance('ABF - DSB0002-001', '0.00'),
      aBalance('ABT - DSB0001-001', '30.00'),
      aBalance('ABT - DSB0003-001', '20000.00'),
      aWriteOff('ABT - DSB0004-001', '60.00'),
    ],
    looker_customer_data: [
      { customer_id: 'CLI1', segment: 'Nimal' },
      { customer_id: 'CLI3', segment: 'Top', subcategoria_linea: '50K-100K' },
    ],
  };

  it('is divided by what its loans are, and the parts add up to the whole', async () => {
    const mart = await theKpis(['port.outstanding', 'port.active_clients'], BOOK, { asOf: DAY });

    expect(resultOf(mart, 'port.outstanding').value).toBe('20180.00');
    expect(parts(mart, 'port.outstanding', 'company')).toEqual({ ABF: '150.00', ABT: '20030.00' });
    expect(parts(mart, 'port.outstanding', 'product')).toEqual({ factoring: '20180.00' });
    expect(parts(mart, 'port.outstanding', 'state')).toEqual({
      'San Salvador': '180.00',
      unknown: '20000.00',
    });
    expect(parts(mart, 'port.outstanding', 'segment')).toEqual({
      Nimal: '180.00',
      Top: '20000.00',
      unknown: '0.00',
    });
    expect(parts(mart, 'port.outstanding', 'status')).toEqual({
      Complete: '0.00',
      Current: '20130.00',
      Default: '50.00',
      'Written off': '0.00',
    });
    // customer 1 has loans of both
    expect(parts(mart, 'port.active_clients', 'company')).toEqual({ ABF: '0', ABT: '1', both: '1' });
  });

  it('counts a customer where it owes, whatever it has repaid or lost to the other company', async () => {
    const loans = [
      aLoan('ABF - DSB0001-001', 'CLI1'),
      aLoan('ABT - DSB0001-001', 'CLI1', { company: 'ABT', product_type: 'leasing' }),
      aLoan('ABF - DSB0002-001', 'CLI2'),
      aLoan('ABT - DSB0002-001', 'CLI2', { company: 'ABT', product_type: 'leasing' }),
    ];
    const balances = [
      aWriteOff('ABF - DSB0001-001', '60.00'),
      aBalance('ABT - DSB0001-001', '30.00'),
      aBalance('ABF - DSB0002-001', '70.00'),
      // repaid in the month in which it was disbursed
      aBalance('ABT - DSB0002-001', '0.00'),
    ];

    const mart = await theKpis(
      ['port.active_clients'],
      { looker_loans: loans, looker_loan_par_balances: balances },
      { asOf: DAY },
    );

    expect(parts(mart, 'port.active_clients', 'company')).toEqual({ ABF: '1', ABT: '1' });
    expect(parts(mart, 'port.active_clients', 'product')).toEqual({ factoring: '1', leasing: '1' });
  });

  it('counts what was lent in bands of the ticket, and a customer where its first loan is', async () => {
    const mart = await theKpis(['port.average_ticket', 'port.loan_count', 'port.customers'], BOOK, {
      asOf: DAY,
    });

    // 25000 and 25000.01 were lent in November
    expect(resultOf(mart, 'port.average_ticket').value).toBe('25000.0050000000');
    expect(parts(mart, 'port.loan_count', 'ticket_band')).toEqual({
      '<10K': '2',
      '10-25K': '2',
      '25-50K': '1',
      '>100K': '1',
    });
    expect(parts(mart, 'port.customers', 'company')).toEqual({ ABF: '2', ABT: '2' });
  });

  it('is in lines, banded by what was approved, else by what is in use', async () => {
    const mart = await theKpis(['port.line_size'], BOOK, { asOf: DAY });

    // ABF 1 with 150, ABT 1 with 30 and ABT 3 with 20000; ABF 2 is repaid and ABT 4 written off
    expect(resultOf(mart, 'port.line_size')).toMatchObject({ numerator: '20180.00', denominator: '3' });
    expect(parts(mart, 'port.line_size', 'line_band')).toEqual({
      '<10K': '90.0000000000',
      '>50K': '20000.0000000000',
      none: null,
    });
  });
});

describe('concentration', () => {
  // 200 + 100 + nine of 50 = 750, of eleven loans of eleven customers.
  const balances = [200, 100, ...Array<number>(9).fill(50)];
  const BOOK = {
    looker_loans: balances.map((_, index) => aLoan(`L${index}`, `CLI${index}`)),
    looker_loan_par_balances: [
      ...balances.map((balance, index) => aBalance(`L${index}`, `${balance}.00`)),
      aBalance('L99', '0.00'),
    ],
  };

  it('is of clients, and of the largest loans with their number rounded up', async () => {
    const ids = ['largest_client', 'top_10pct_loans', 'top_3pct_loans', 'top_1pct_loans'].map(share);
    const mart = await theKpis(ids, BOOK, { asOf: DAY });

    const examples: Example[] = [
      // 200 of 750, far above 4 %
      [share('largest_client'), DAY, '26.6666666667', 'warning'],
      // two of eleven: 300 of 750
      [share('top_10pct_loans'), DAY, '40.0000000000', 'ok'],
      // one of eleven
      [share('top_3pct_loans'), DAY, '26.6666666667', 'ok'],
      [share('top_1pct_loans'), DAY, '26.6666666667', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });

  const cash = (customer: string, payer: string, day: string, total: number): Row => ({
    customer_id: customer,
    pagador: payer,
    true_payment_date: day,
    true_total_payment: total,
  });

  it('is of payers: who the table names, else who paid last, and not who pays later', async () => {
    const ids = ['port.payor_concentration', 'port.payor_coverage', 'port.payor_cash_concentration'];
    const mart = await theKpis(
      ids,
      {
        ...BOOK,
        looker_historic_real_payments: [
          cash('CLI0', 'v1:a', '2025-11-02', 100),
          cash('CLI0', 'v1:b', '2025-12-02', 100),
          // The table has it from October on: what was paid before that counts no more.
          cash('CLI1', 'v1:c', '2025-09-02', 100),
          cash('CLI2', 'v1:d', '2025-08-02', 100),
          // More than twelve months ago; and a payer for each of the others.
          cash('CLI0', 'v1:old', '2024-11-30', 1000),
          ...Array.from({ length: 8 }, (_, index) => cash('CLI99', `v1:${index}`, '2025-07-02', 50)),
        ],
        manual_payor_map: [{ customer_id: 'CLI1', payor_name: 'v1:a', effective_date: '2025-10-01' }],
      },
      { asOf: DAY },
    );

    const examples: Example[] = [
      // a: 200 + 100, d: 50; nobody is known to pay for the other eight
      ['port.payor_concentration', DAY, '100.0000000000', 'ok'],
      ['port.payor_coverage', DAY, '46.6666666667', 'ok'],
      // a, c and d with 100 each and seven of the eight with 50: 650 of 700
      ['port.payor_cash_concentration', DAY, '92.8571428571', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });

  it('of payers says what it needs', async () => {
    const mart = await theKpis(['port.payor_concentration'], BOOK, { asOf: DAY });

    expect(resultOf(mart, 'port.payor_concentration').reason).toBe(
      `needs looker/historic_real_payments or manual/payor_map, none of which is in the book as of ${DAY}`,
    );
  });
});

describe('collateral', () => {
  it('weighs the ratio of each loan by its balance', async () => {
    const mart = await theKpis(
      ['uw.wa_ltv'],
      {
        looker_loans: ['A', 'B', 'C'].map((loan) => aLoan(loan, 'CLI1')),
        looker_loan_par_balances: [aBalance('A', '100.00'), aBalance('B', '300.00'), aBalance('C', '50.00')],
        looker_collateral: [
          { loan_id: 'A', appraisal_value: '200' },
          { loan_id: 'B', collateral_id: '1', appraisal_value: '150' },
          { loan_id: 'B', collateral_id: '2', appraisal_value: '250' },
          { loan_id: 'C', appraisal_value: null },
        ],
      },
      { asOf: DAY },
    );

    // (100 x 0.5 + 300 x 0.75) / 400
    expect(resultOf(mart, 'uw.wa_ltv')).toMatchObject({ value: '68.7500000000', status: 'ok' });
  });

  it('is worth at each date what had been appraised by then', async () => {
    const mart = await theKpis(['uw.wa_ltv'], {
      looker_loans: [aLoan('A', 'CLI1')],
      looker_loan_par_balances: ['2025-10-31', '2025-11-30', '2025-12-31'].map((day) =>
        aBalance('A', '100.00', 0, { reporting_date: day }),
      ),
      looker_collateral: [
        { loan_id: 'A', collateral_id: '1', appraisal_value: '50', appraisal_date: '2025-11-30' },
        { loan_id: 'A', collateral_id: '2', appraisal_value: '150', appraisal_date: '2025-12-10' },
        { loan_id: 'A', collateral_id: '3', appraisal_value: '900', appraisal_date: '2025-12-11' },
      ],
    });

    const examples: Example[] = [
      ['uw.wa_ltv', '2025-10-31', null, 'not-computable'],
      // 100 of 50, then of 50 + 150
      ['uw.wa_ltv', '2025-11-30', '200.0000000000', 'critical'],
      ['uw.wa_ltv', '2025-12-31', '50.0000000000', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });
});
