import { describe, expect, it } from '@jest/globals';
import {
  daysPastDue,
  type LoanRecord,
  rebuiltStanding,
} from '../../../../shared/kpis/twin/rebuilt-standing.ts';
import { day } from './rows-in-memory.ts';

/** 1,000.00 lent on 2025-01-10, due on 2025-03-10 with 50.00 of interest, fees and VAT. */
const LOAN: LoanRecord = {
  terms: { disburseDay: day('2025-01-10'), principal: 100_000 },
  instalments: [{ day: day('2025-03-10'), due: 105_000 }],
  payments: [],
};

function at(loan: LoanRecord, asOf: string) {
  return rebuiltStanding(loan, { asOf: day(asOf), periodStart: day(`${asOf.slice(0, 7)}-01`) });
}

describe('a loan that nobody pays', () => {
  it('has no standing before it is disbursed, and none of its days is late until it is due', () => {
    expect(at(LOAN, '2025-01-09')).toBeUndefined();
    expect(at(LOAN, '2025-01-10')).toEqual({
      dpd: 0,
      isWrittenOff: false,
      outstanding: 100_000,
      writtenOff: 0,
    });
    expect(at(LOAN, '2025-03-10')?.dpd).toBe(0);
    expect(at(LOAN, '2025-03-11')?.dpd).toBe(1);
  });

  it('is written off when it is more than 180 days late', () => {
    expect(at(LOAN, '2025-09-06')).toEqual({
      dpd: 180,
      isWrittenOff: false,
      outstanding: 100_000,
      writtenOff: 0,
    });
    expect(at(LOAN, '2025-09-07')).toEqual({
      dpd: 181,
      isWrittenOff: true,
      outstanding: 0,
      writtenOff: 100_000,
    });
  });
});

describe('a loan that is paid', () => {
  const repaid = { ...LOAN, payments: [{ day: day('2025-03-10'), principal: 100_000, paid: 105_000 }] };

  it('is gone from the day of the payment, and was there before it', () => {
    expect(at(repaid, '2025-03-09')?.outstanding).toBe(100_000);
    expect(at(repaid, '2025-03-10')).toBeUndefined();
  });

  it('still has a row in the period in which it was made', () => {
    const quick = { ...LOAN, payments: [{ day: day('2025-01-20'), principal: 100_000, paid: 105_000 }] };

    expect(at(quick, '2025-01-31')).toEqual({ dpd: 0, isWrittenOff: false, outstanding: 0, writtenOff: 0 });
    expect(at(quick, '2025-02-28')).toBeUndefined();
  });

  it('is current when as much cash came as was due, whatever it was booked as', () => {
    // 60.00 more than scheduled went to interest: 60.00 of principal is open, but 1,050.00 was paid.
    const settled = { ...LOAN, payments: [{ day: day('2025-06-01'), principal: 94_000, paid: 105_000 }] };

    expect(at(settled, '2025-06-30')).toEqual({
      dpd: 0,
      isWrittenOff: false,
      outstanding: 6_000,
      writtenOff: 0,
    });
  });

  it('is dust below one percent of what was lent, and owes nothing when too much was paid', () => {
    const left = (cents: number) => ({
      ...LOAN,
      payments: [{ day: day('2025-06-01'), principal: 100_000 - cents, paid: 100_000 - cents }],
    });

    expect(at(left(1_000), '2025-06-30')?.outstanding).toBe(1_000);
    expect(at(left(999), '2025-06-30')).toBeUndefined();
    expect(at(left(-1), '2025-06-30')).toBeUndefined();
  });
});

describe('days past due with several instalments', () => {
  const plan = [
    { day: day('2025-02-10'), due: 50_000 },
    { day: day('2025-03-10'), due: 0 },
    { day: day('2025-04-10'), due: 55_000 },
  ];
  const since = (paid: number) => daysPastDue(plan, paid, day('2025-05-10'));

  it('count from the oldest that is not covered when the oldest is paid first', () => {
    expect(since(0)).toBe(89);
    expect(since(49_997)).toBe(89);
    // Two cents are rounding.
    expect(since(49_998)).toBe(30);
    expect(since(104_998)).toBe(0);
  });

  it('are none while what is not covered is not due yet', () => {
    expect(daysPastDue(plan, 50_000, day('2025-04-10'))).toBe(0);
  });
});
