import { describe, expect, it } from '@jest/globals';
import { atRiskOf, owed } from '../../../../shared/kpis/twin/standing.ts';

function late(dpd: number) {
  return { dpd, isWrittenOff: false, outstanding: 500, writtenOff: 0 };
}

describe('what is at risk of a balance', () => {
  it.each([
    [6, [0, 0, 0, 0]],
    [7, [500, 0, 0, 0]],
    [30, [500, 500, 0, 0]],
    [60, [500, 500, 500, 0]],
    [90, [500, 500, 500, 500]],
  ])('at %i days: exactly n days late counts', (dpd, cents) => {
    const atRisk = atRiskOf(late(dpd));

    expect([atRisk[7], atRisk[30], atRisk[60], atRisk[90]]).toEqual(cents);
  });

  it('is owed, written off or not', () => {
    expect(owed({ dpd: 200, isWrittenOff: true, outstanding: 0, writtenOff: 700 })).toBe(700);
    expect(owed(late(0))).toBe(500);
  });
});
