import { describe, expect, it } from '@jest/globals';
import { rebuiltDates } from '../../../../shared/kpis/twin/balance-dates.ts';
import { Movements } from '../../../../shared/kpis/twin/movements.ts';
import { periodsOf } from '../../../../shared/kpis/twin/periods.ts';
import type { DatedStanding } from '../../../../shared/kpis/twin/standing.ts';
import { day } from './rows-in-memory.ts';

/** Four month ends, January to April 2025. */
const DATES = rebuiltDates(periodsOf('month', day('2025-01-15'), day('2025-04-30')));

function at(date: number, dpd: number, cents: number): DatedStanding {
  const isWrittenOff = dpd > 180;
  const [outstanding, writtenOff] = isWrittenOff ? [0, cents] : [cents, 0];
  return { date, standing: { dpd, isWrittenOff, outstanding, writtenOff } };
}

function movementsOf(...histories: readonly DatedStanding[][]): Movements {
  const movements = new Movements(DATES, DATES);
  for (const history of histories) movements.addLoan({ history, months: history });
  return movements;
}

describe('recovered defaults', () => {
  it('count every loan from its first default on, gone or not, and never below nothing', () => {
    // A defaults in February at 1,000.00 and is gone in April; B defaults in March at 500.00 and grows to 600.00.
    const { recovery } = movementsOf(
      [at(0, 70, 110_000), at(1, 98, 100_000), at(2, 129, 40_000)],
      [at(1, 80, 50_000), at(2, 111, 50_000), at(3, 141, 60_000)],
      [at(0, 0, 900_000)],
    );

    expect(DATES.map((_, date) => recovery.at(date))).toEqual([
      { recovered: 0n, peak: 0n },
      { recovered: 0n, peak: 100_000n },
      { recovered: 60_000n, peak: 150_000n },
      { recovered: 100_000n, peak: 150_000n },
    ]);
  });

  it('take the peak from the first default, written off or not', () => {
    const { recovery } = movementsOf([at(0, 200, 30_000), at(1, 231, 20_000)]);

    expect(recovery.at(1)).toEqual({ recovered: 10_000n, peak: 30_000n });
    expect(recovery.at(9)).toEqual({ recovered: 0n, peak: 0n });
  });

  it('are known on the day of the month end, whatever is reported', () => {
    const weeks = rebuiltDates(periodsOf('week', day('2025-01-27'), day('2025-02-05')));
    const movements = new Movements(weeks, DATES);
    movements.addLoan({ history: [at(0, 95, 100), at(1, 100, 80)], months: [at(0, 91, 120)] });

    // The week that ends on 2 February is the first whose day is not before 31 January.
    expect(weeks.map((_, date) => movements.recovery.at(date))).toEqual([
      { recovered: 20n, peak: 120n },
      { recovered: 40n, peak: 120n },
    ]);
  });
});

describe('new write-offs', () => {
  it('are those that were not written off at the date before where there is one, each time they happen', () => {
    const movements = movementsOf(
      [at(0, 170, 100), at(1, 198, 100), at(2, 229, 90)],
      [at(1, 0, 500), at(3, 181, 400)],
      [at(0, 190, 50), at(1, 0, 40), at(2, 185, 40)],
    );

    expect(DATES.map((_, date) => movements.newlyWrittenOff(date))).toEqual([0n, 100n, 40n, 400n]);
    expect(movements.newlyWrittenOff(4)).toBe(0n);
  });
});

describe('rolls', () => {
  it('go from one date to the next, and a loan without a row there is closed', () => {
    const movements = movementsOf([at(0, 35, 100), at(1, 65, 100)], [at(1, 40, 300)]);

    expect(movements.rollsTo(1).rolled30).toEqual({ part: 100n, whole: 100n });
    expect(movements.rollsTo(2).cured).toEqual({ part: 400n, whole: 400n });
    expect(movements.rollsTo(0).cured.whole).toBe(0n);
    expect(movements.rollsTo(4).cured.whole).toBe(0n);
  });

  it('do not go over a hole between dates', () => {
    const dates = DATES.map((date, index) => (index === 2 ? { ...date, previous: undefined } : date));
    const movements = new Movements(dates, dates);
    movements.addLoan({ history: [at(1, 35, 100), at(2, 65, 100)], months: [] });

    expect(movements.rollsTo(2).rolled30.whole).toBe(0n);
  });
});
