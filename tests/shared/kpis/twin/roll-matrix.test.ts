import { describe, expect, it } from '@jest/globals';
import { ROLL_STATES, RollMatrix, rollState } from '../../../../shared/kpis/twin/roll-matrix.ts';
import type { Standing } from '../../../../shared/kpis/twin/standing.ts';

function late(dpd: number, outstanding = 100): Standing {
  return { dpd, isWrittenOff: false, outstanding, writtenOff: 0 };
}
const LOST: Standing = { dpd: 200, isWrittenOff: true, outstanding: 0, writtenOff: 100 };

describe('the state of a loan', () => {
  it.each([
    [late(0), '0-6'],
    [late(6), '0-6'],
    [late(7), '7-29'],
    [late(30), '30-59'],
    [late(60), '60-89'],
    [late(90), '90-180'],
    [LOST, 'written_off'],
    [late(40, 0), 'closed'],
    [undefined, 'closed'],
  ])('of %j is %s', (standing, state) => {
    expect(rollState(standing)).toBe(state);
  });
});

describe('where balances of 30 days or more go', () => {
  // 30-59: A 100 stays, B 200 rolls on, C 300 is written off, D 400 pays. 60-89: E 500 is down to 10 days.
  const matrix = new RollMatrix();
  matrix.add(late(35, 100), late(50, 90));
  matrix.add(late(35, 200), late(65, 200));
  matrix.add(late(35, 300), LOST);
  matrix.add(late(35, 400), undefined);
  matrix.add(late(70, 500), late(10, 500));
  matrix.add(LOST, late(0));

  it('is weighed by what was owed at the earlier date', () => {
    expect(matrix.cell('30-59', '30-59')).toBe(100n);
    expect(matrix.cell('written_off', '0-6')).toBe(100n);
    expect(matrix.cell('0-6', '0-6')).toBe(0n);
  });

  it('has rows whose parts are the whole', () => {
    for (const from of ROLL_STATES)
      expect(ROLL_STATES.reduce((sum, to) => sum + matrix.cell(from, to), 0n)).toBe(matrix.row(from));
    expect(matrix.row('30-59')).toBe(1_000n);
  });

  it('rolls on, of 30 to 59 days, (200 + 300) / 1,000', () => {
    expect(matrix.rolled30).toEqual({ part: 500n, whole: 1_000n });
  });

  it('is cured, of 30 days or more, (400 + 500) / 1,500; what was written off is in neither', () => {
    expect(matrix.cured).toEqual({ part: 900n, whole: 1_500n });
  });
});
