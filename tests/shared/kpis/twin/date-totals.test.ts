import { describe, expect, it } from '@jest/globals';
import { clientShares } from '../../../../shared/kpis/twin/client-balances.ts';
import { DateTotals } from '../../../../shared/kpis/twin/date-totals.ts';
import { atRiskOf } from '../../../../shared/kpis/twin/standing.ts';

const UNKNOWN = Number.NaN;

describe('a snapshot of four loans', () => {
  // A 1,000.00 current at 36 %; B 500.00 45 days late, rate unknown; C 200.00 written off; D repaid this month.
  const totals = new DateTotals(2);
  const add = (
    outstanding: number,
    dpd: number,
    writtenOff: number,
    facts: { rate: number; customer: number },
  ) => {
    const standing = { dpd, isWrittenOff: writtenOff > 0, outstanding, writtenOff };
    totals.add(standing, atRiskOf(standing), facts);
  };
  add(100_000, 0, 0, { rate: 360_000, customer: 0 });
  add(50_000, 45, 0, { rate: UNKNOWN, customer: UNKNOWN });
  add(0, 200, 20_000, { rate: 500_000, customer: 1 });
  add(0, 0, 0, { rate: 100_000, customer: UNKNOWN });

  it('adds up to what a person adds up', () => {
    const { balances } = totals;

    expect(totals.rows).toBe(4);
    expect(balances.outstanding.total).toBe(150_000n);
    expect(balances.writtenOff.total).toBe(20_000n);
    expect([7, 30, 60, 90].map((n) => balances.atRisk[n as 7].total)).toEqual([50_000n, 50_000n, 0n, 0n]);
    expect([balances.liveLoans, balances.writtenOffLoans]).toEqual([2, 1]);
  });

  it('weighs a rate only where it is known', () => {
    // 0.36 x 1,000.00 over 1,000.00
    expect(totals.balances.rateTimesOutstanding.total).toBe(36_000_000_000n);
    expect(totals.balances.outstandingWithRate.total).toBe(100_000n);
  });

  it('counts balances that could be anybody’s, and gives them to nobody', () => {
    expect(totals.withoutCustomer).toBe(1);
    expect(totals.clients).toEqual({ active: 1, top10: 100_000n, squares: 10_000_000_000n });
  });
});

describe('shares of clients', () => {
  it('are those of the ten largest, whatever their order', () => {
    // 1.00 to 12.00: the ten largest owe 3 + ... + 12 = 75.00; squares 1 + 4 + ... + 144 = 650.
    const balances = Float64Array.from([12, 2, 11, 10, 3, 9, 4, 8, 5, 7, 6, 0, 1], (usd) => usd * 100);

    expect(clientShares(balances)).toEqual({ active: 12, top10: 7_500n, squares: 6_500_000n });
  });

  it('are not guessed where a balance is no exact number of cents', () => {
    expect(() => clientShares(Float64Array.of(2 ** 53))).toThrow('more than can be counted');
  });

  it('count no client that is owed something', () => {
    expect(clientShares(Float64Array.from([-100, 300]))).toEqual({
      active: 1,
      top10: 200n,
      squares: 100_000n,
    });
  });
});
