import { describe, expect, it } from '@jest/globals';
import { at, groupedRows } from '../../../../shared/kpis/twin/grouped-rows.ts';
import { LoanEvents } from '../../../../shared/kpis/twin/loan-events.ts';
import { StandingRows } from '../../../../shared/kpis/twin/standing-rows.ts';

describe('rows in columns', () => {
  it('are found by their group, in the order in which they came', () => {
    const grouped = groupedRows(Int32Array.from([2, 0, 2, 2]), 4);

    expect([0, 1, 2, 3].map((group) => [...grouped.rowsOf(group)])).toEqual([[1], [], [0, 2, 3], []]);
  });

  it('have no element that is not there', () => {
    expect(() => at(new Float64Array(2), 2)).toThrow('there is no element 2 of 2');
  });

  it('give the events of a loan by day, those that were added since as well', () => {
    const events = new LoanEvents(2, 3);
    events.add(1, { day: 20, total: 5, principal: 4 });
    expect(events.of(0)).toEqual([]);
    events.add(1, { day: 10, total: 3, principal: 3 });

    expect(events.of(1).map(({ day }) => day)).toEqual([10, 20]);
  });

  it('give the standings of a loan under the places that are asked for', () => {
    const rows = new StandingRows(1, 3);
    const late = (dpd: number) => ({ dpd, isWrittenOff: dpd > 180, outstanding: dpd, writtenOff: 1 });
    rows.add(0, 7, late(40));
    rows.add(0, 5, late(10));
    expect(rows.of(0, (place) => place)).toHaveLength(2);
    rows.add(0, 9, late(200));

    const history = rows.of(0, (place) => (place === 5 ? undefined : 10 - place));

    expect(history).toEqual([
      { date: 1, standing: late(200) },
      { date: 3, standing: late(40) },
    ]);
  });
});
