import { describe, expect, it } from '@jest/globals';
import { financialStatementsV1 } from '../../../shared/contracts/financial-statements.v1.ts';
import { readCatalogAssets } from '../../../shared/kpis/catalog-assets.ts';
import { due, type Example, foundFor, LENDING_BOOK, paid, theKpis } from './lending-book.ts';
import { aBalance, aLoan, aWriteOff, resultOf } from './small-book.ts';

// What may be borrowed against the portfolio, and how the company behind it stands, worked by hand.

const COVENANTS = [
  'eligible_receivables',
  'discounted_balance',
  'borrowing_base',
  'surplus',
  'collateralisation',
]
  .concat('default_ratio_30', 'real_default')
  .map((name) => `cov.${name}`);

const BORROWING_BOOK = {
  looker_loan_par_balances: [
    aBalance('in time', '90000.00'),
    aBalance('too large', '80000.00'),
    aBalance('too short', '3000.00'),
    aBalance('other product', '7000.00'),
    aBalance('14 days', '1000.00', 14),
    aBalance('20 days', '4000.00', 20),
    aBalance('45 days', '4000.00', 45),
    aBalance('75 days', '2000.00', 75),
    aBalance('95 days', '1000.00', 95),
    aWriteOff('lost', '8000.00'),
  ],
  looker_loans: [
    aLoan('in time', 'CLI1', { disburse_principal: '100000.00', term: 15 }),
    aLoan('too large', 'CLI1', { disburse_principal: '100000.01' }),
    aLoan('too short', 'CLI1', { term: 14 }),
    aLoan('other product', 'CLI1', { product_type: 'leasing' }),
    ...['14 days', '20 days', '45 days', '75 days', '95 days', 'lost'].map((loan) => aLoan(loan, 'CLI2')),
  ],
  manual_financial_statements: [
    { reporting_date: '2025-09-30', cash_balance_usd: '1000.00' },
    { reporting_date: '2025-12-01', cash_balance_usd: '9999.00' },
  ],
};

describe('the borrowing base', () => {
  it('is what the terms leave of the balances, and cash', async () => {
    const mart = await theKpis(COVENANTS, BORROWING_BOOK);

    const examples: Example[] = [
      // 90000 + 1000 + 4000 + 4000 + 2000 + 1000
      ['cov.eligible_receivables', '2025-11-30', '102000.00', 'ok'],
      // 90000 + 1000 + 0.85 x 4000 + 0.75 x 4000 + 0.65 x 2000 + 0
      ['cov.discounted_balance', '2025-11-30', '98700.0000', 'ok'],
      // 98700 x 0.769231 = 75923.0997, and cash of the statement of September
      ['cov.borrowing_base', '2025-11-30', '76923.0997000000', 'ok'],
      // (4000 + 2000 + 1000) / 192000
      ['cov.default_ratio_30', '2025-11-30', '3.6458333333', 'ok'],
      // 8000 / (192000 + 8000)
      ['cov.real_default', '2025-11-30', '4.0000000000', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });

  it('has no value before the first statement', async () => {
    const mart = await theKpis(['cov.borrowing_base'], {
      ...BORROWING_BOOK,
      manual_financial_statements: [{ reporting_date: '2025-12-01', cash_balance_usd: '9999.00' }],
    });

    expect(resultOf(mart, 'cov.borrowing_base', '2025-11-30')).toMatchObject({
      value: null,
      reason: 'needs the cash of the newest statement on or before the day, and it is not told',
    });
  });

  it('of the tape knows what the lender is owed, from the surplus over it', async () => {
    const mart = await theKpis(COVENANTS, {
      cascade_loan_tape: [
        {
          total_eligible_usd: '102000.00',
          discounted_balance_usd: '98700.00',
          cash_available_usd: '1000.00',
          surplus_usd: '6923.0997',
        },
      ],
    });

    expect(resultOf(mart, 'cov.eligible_receivables').value).toBe('102000.00');
    expect(resultOf(mart, 'cov.borrowing_base').value).toBe('76923.09970000');
    expect(resultOf(mart, 'cov.surplus')).toMatchObject({ value: '6923.099700', status: 'ok' });
    // 76923.0997 / 70000
    expect(resultOf(mart, 'cov.collateralisation')).toMatchObject({ value: '109.8901424286', status: 'ok' });
  });

  it.each(['cov.surplus', 'cov.collateralisation'])(
    '%s has no value where the tape has no surplus',
    async (id) => {
      const mart = await theKpis([id], { cascade_loan_tape: [{ discounted_balance_usd: '1.00' }] });

      expect(resultOf(mart, id)).toMatchObject({
        value: null,
        reason:
          'needs the principal owed to the lender, and cascade/loan_tape has neither it nor the surplus over it',
      });
    },
  );

  it('that does not cover the loan is critical', async () => {
    const mart = await theKpis(COVENANTS, {
      cascade_loan_tape: [{ discounted_balance_usd: '100.00', surplus_usd: '-23.0769' }],
    });

    // 76.9231 of 100
    expect(resultOf(mart, 'cov.surplus').status).toBe('critical');
    expect(resultOf(mart, 'cov.collateralisation')).toMatchObject({
      value: '76.9231000000',
      status: 'critical',
    });
  });

  it.each(['cov.dscr', 'cov.utilisation', 'finance.nimal', 'finance.liquidity'])(
    '%s says which feed is missing',
    async (id) => {
      const mart = await theKpis([id], BORROWING_BOOK);

      expect(resultOf(mart, id)).toMatchObject({
        value: null,
        status: 'not-computable',
        reason: expect.stringContaining('no feed brings'),
      });
    },
  );
});

describe('collection efficiency of six months', () => {
  it('takes the months up to the as-of day, and has no value before there are six', async () => {
    const mart = await theKpis(['cov.collection_efficiency_6m'], {
      looker_loans: [aLoan('A', 'CLI1', { disburse_date: '2025-06-01', disburse_principal: '300' })],
      // Six months before December 10 is June 10: what was due and paid on it is out.
      looker_schedules: ['2025-06-10', '2025-06-11', '2025-12-10'].map((day) => due('A', day, 100, 0, 0)),
      looker_transactions: [paid('A', '2025-06-10', 100, 0, 0), paid('A', '2025-12-10', 190, 0, 0)],
    });

    expect(resultOf(mart, 'cov.collection_efficiency_6m')).toMatchObject({
      value: '95.0000000000',
      numerator: '190.00',
      denominator: '200.00',
      status: 'warning',
    });
    expect(resultOf(mart, 'cov.collection_efficiency_6m', '2025-10-31').reason).toBe(
      'needs six months of the book, and it has fewer',
    );
  });
});

describe('statements', () => {
  const IDS = ['finance.cash_position', 'finance.debt_to_equity'];

  it('stand for each date until the next one, and a result has their day', async () => {
    const mart = await theKpis(IDS, {
      ...LENDING_BOOK,
      manual_financial_statements: [
        // Net worth is assets less liabilities: 100.
        {
          reporting_date: '2025-10-15',
          total_assets_usd: '700',
          total_liabilities_usd: '600',
          cash_balance_usd: '7',
        },
        {
          reporting_date: '2025-12-05',
          total_liabilities_usd: '601',
          net_worth_usd: '100',
          cash_balance_usd: '9',
        },
        {
          reporting_date: '2025-12-11',
          total_liabilities_usd: '1',
          net_worth_usd: '100',
          cash_balance_usd: '1',
        },
      ],
    });

    expect(resultOf(mart, 'finance.debt_to_equity', '2025-09-30').reason).toBe(
      'needs the liabilities and the net worth of the newest statement on or before the day, and they are not both told',
    );
    expect(resultOf(mart, 'finance.debt_to_equity', '2025-11-30')).toMatchObject({
      value: '6.0000000000',
      status: 'ok',
      asOf: '2025-10-15',
    });
    expect(resultOf(mart, 'finance.debt_to_equity')).toMatchObject({
      value: '6.0100000000',
      status: 'critical',
      asOf: '2025-12-05',
    });
    expect(resultOf(mart, 'finance.cash_position')).toMatchObject({ value: '9.00', asOf: '2025-12-05' });
  });

  it('of an older day do not stand in for what the newest does not tell', async () => {
    const mart = await theKpis(['finance.cash_position'], {
      ...LENDING_BOOK,
      manual_financial_statements: [
        { reporting_date: '2025-10-15', cash_balance_usd: '7' },
        { reporting_date: '2025-12-05', total_assets_usd: '700' },
      ],
    });

    expect(resultOf(mart, 'finance.cash_position')).toMatchObject({
      value: null,
      reason: 'needs the cash of the newest statement on or before the day, and it is not told',
    });
  });

  it('with a row for each figure know them by any name, and the wide shape goes before', async () => {
    const long = [
      { reporting_date: '2025-11-30', metric: 'Efectivo', value: '5' },
      { reporting_date: '2025-11-30', metric: 'Total Pasivos', value: '300' },
      { reporting_date: '2025-11-30', metric: 'PATRIMONIO', value: '100' },
      { reporting_date: '2025-11-30', metric: 'Inventarios', value: '1000000' },
    ];
    const alone = await theKpis(IDS, { ...LENDING_BOOK, manual_financial_statements_long: long });
    const both = await theKpis(IDS, {
      ...LENDING_BOOK,
      manual_financial_statements_long: long,
      manual_financial_statements: [{ reporting_date: '2025-11-30', cash_balance_usd: '6' }],
    });

    expect(IDS.map((id) => resultOf(alone, id).value)).toEqual(['5.00', '3.0000000000']);
    expect(IDS.map((id) => resultOf(both, id).value)).toEqual(['6.00', '3.0000000000']);
  });

  it('knows the names that the contract knows', async () => {
    const assets = await readCatalogAssets();
    const sql = assets.find(({ name }) => name.endsWith('stg_statements_long.sql'))?.text ?? '';
    const figures = financialStatementsV1.columns.filter(
      ({ name }) => name !== 'reporting_date' && name !== 'runway_months',
    );

    for (const { name, aliases = [] } of figures) {
      expect(sql.replaceAll(/\s+/g, ' ')).toContain(
        [name, ...aliases].map((alias) => `'${alias}'`).join(', '),
      );
    }
  });

  it.each([
    // A stated ratio counts where its parts are not known.
    [{ debt_to_equity_ratio: '2.5' }, '2.5000000000', undefined],
    [
      { total_liabilities_usd: '10', net_worth_usd: '-1' },
      null,
      'needs a net worth above zero, and the newest statement has none: liabilities are as large as assets or larger',
    ],
  ])('of %j', async (statement, value, reason) => {
    const mart = await theKpis(IDS, {
      manual_financial_statements: [{ reporting_date: '2025-11-30', ...statement }],
    });

    expect(resultOf(mart, 'finance.debt_to_equity')).toMatchObject({
      value,
      model: 'mart_statements',
      reportingDate: '2025-11-30',
      ...(reason === undefined ? {} : { reason }),
    });
  });
});
