import { describe, expect, it } from '@jest/globals';
import type { RowIssue } from '../../../shared/contracts/row-schema.ts';
import { ProblemTally } from '../../../shared/decode/problem-tally.ts';

const issue = (overrides: Partial<RowIssue> = {}): RowIssue => ({
  code: 'text-in-number',
  severity: 'error',
  column: 'amount',
  message: 'row 1: amount "five" is not a number',
  ...overrides,
});

describe('a tally of problems', () => {
  it('has nothing to say of a clean file', () => {
    expect(new ProblemTally().lines()).toEqual([]);
  });

  it('counts one kind in one line, with the first message and record', () => {
    const tally = new ProblemTally();

    tally.add(issue(), 1);
    tally.add(issue({ message: 'row 7: amount "six" is not a number' }), 7);

    expect(tally.lines()).toEqual([
      {
        code: 'text-in-number',
        severity: 'error',
        column: 'amount',
        message: 'row 1: amount "five" is not a number',
        count: 2,
        record: 1,
        firstRecords: [1, 7],
      },
    ]);
  });

  it('tells codes, columns and severities apart', () => {
    const tally = new ProblemTally();

    tally.add(issue(), 1);
    tally.add(issue({ column: 'limit' }), 1);
    tally.add(issue({ code: 'excess-scale' }), 1);
    tally.add(issue({ severity: 'warning' }), 1);

    expect(tally.lines()).toHaveLength(4);
  });

  it('keeps the first ten records and counts them all', () => {
    const tally = new ProblemTally();

    for (let record = 1; record <= 1_000; record += 1) tally.add(issue(), record);

    expect(tally.lines()).toMatchObject([{ count: 1_000, firstRecords: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }]);
  });

  it('keeps the lowest records and the message of the first, in whatever order they come', () => {
    const [tally, part] = [new ProblemTally(), new ProblemTally()];

    for (const record of [40, 12, 90, 7, 55]) tally.add(issue({ message: `row ${record}` }), record);
    for (const record of [3, 8, 1, 70, 60, 50, 30, 20]) part.add(issue({ message: `row ${record}` }), record);
    tally.merge(part.all());

    expect(tally.lines()).toMatchObject([
      { count: 13, message: 'row 1', firstRecords: [1, 3, 7, 8, 12, 20, 30, 40, 50, 55] },
    ]);
  });

  it('puts the worst first, and of the same severity the most frequent', () => {
    const tally = new ProblemTally();
    const add = (overrides: Partial<RowIssue>, times: number): void => {
      for (let record = 1; record <= times; record += 1) tally.add(issue(overrides), record);
    };

    add({ severity: 'notice', column: 'a' }, 9);
    add({ severity: 'warning', column: 'b' }, 5);
    add({ severity: 'error', column: 'c' }, 1);
    add({ severity: 'error', column: 'd' }, 3);

    expect(tally.lines().map(({ column }) => column)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('names no column when the whole row is meant', () => {
    const tally = new ProblemTally();

    tally.add(issue({ code: 'ragged-row', column: '' }), 3);

    expect(Object.keys(tally.lines()[0] ?? {})).not.toContain('column');
  });
});
