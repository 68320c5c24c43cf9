import { describe, expect, it } from '@jest/globals';
import { martText } from '../../../shared/kpis/compact-mart.ts';
import { KpiMart, KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { aBalance, aLoan, kpisOver } from './small-book.ts';

const BOOK = {
  looker_loan_par_balances: [
    aBalance('L1', '100', 0, { reporting_date: '2025-10-31' }),
    aBalance('L1', '80', 40),
    aBalance('L2', '20', 0),
  ],
  looker_loans: [aLoan('L1', 'CLI0001'), aLoan('L2', 'CLI0002', { company: 'ABT' })],
};

describe('a mart in writing', () => {
  it('is read again as it was, key for key', async () => {
    const mart = await kpisOver(BOOK);

    const read = KpiMart.parse(JSON.parse(martText(mart)));

    expect(JSON.stringify(read)).toBe(JSON.stringify(mart));
    expect(read.series.length).toBeGreaterThan(10);
  });

  it('says once what all results of a KPI have in common, and is a line for each result', async () => {
    const mart = await kpisOver(BOOK);

    const text = martText(mart);

    const result = text.split('\n').filter((line) => line.includes('"id":"risk.par_30"'));
    expect(result.filter((line) => line.includes('"owner"'))).toHaveLength(1);
    expect(result.length).toBeGreaterThan(2);
    expect(text.length).toBeLessThan(JSON.stringify(mart).length * 0.75);
  });

  it('keeps what differs from the newest result', async () => {
    const mart = await kpisOver(BOOK);
    const [first, ...others] = mart.series;
    if (first === undefined) throw new Error('there is a series');
    const changed = {
      ...mart,
      series: [{ ...first, model: 'mart_other', thresholds: { warning: '1' } }, ...others],
    };

    expect(KpiMart.parse(JSON.parse(martText(changed))).series[0]).toMatchObject({
      model: 'mart_other',
      thresholds: { warning: '1' },
    });
  });

  it('keeps that a result lacks what the newest has', async () => {
    const mart = await kpisOver(BOOK);
    const newest = mart.kpis.find(({ id }) => id === 'risk.par_30');
    const { thresholds: _, ...unlimited } = mart.series.find(({ id }) => id === 'risk.par_30') ?? {};

    const read = KpiMart.parse(JSON.parse(martText({ ...mart, quarters: [KpiResult.parse(unlimited)] })));

    expect(newest?.thresholds).toBeDefined();
    expect(read.quarters).toEqual([unlimited]);
  });

  it.each([null, 'text', [], { kpis: 'none' }, { kpis: [1], series: [2] }])('is not %j', (value) => {
    expect(KpiMart.safeParse(value).success).toBe(false);
  });
});
