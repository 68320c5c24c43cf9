import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { growthExponents, median, pairedRatios, spreadOf } from '../../bench/paired-ratios.ts';

describe('the median', () => {
  it('is the middle of an odd number of values, whatever their order', () => {
    expect(median([30, 10, 20])).toBe(20);
  });

  it('lies between the two in the middle of an even number of values', () => {
    expect(median([40, 10, 20, 30])).toBe(25);
  });

  it('is that of numbers, not of their digits', () => {
    expect(median([9, 10, 100])).toBe(10);
  });

  it('does not exist of nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });

  it('leaves as many values below as above', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values);

        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;

        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(above).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe('paired ratios', () => {
  it('are taken within each round, so that a slow round does not count', () => {
    // In the second round a neighbour made both sides ten times as slow.
    const ours = [100, 1_000, 120];
    const theirs = [50, 500, 60];

    expect(pairedRatios(ours, theirs)).toEqual({ median: 2, min: 2, max: 2 });
  });

  it('differ from the ratio of the medians', () => {
    // Medians: 20 / 20 = 1. Rounds: 10/20, 20/10, 90/30.
    expect(pairedRatios([10, 20, 90], [20, 10, 30])).toEqual({ median: 2, min: 0.5, max: 3 });
  });

  it('leave out rounds that only one side has', () => {
    expect(pairedRatios([10, 20, 30], [10])).toEqual({ median: 1, min: 1, max: 1 });
  });

  it('do not exist without a common round', () => {
    expect(pairedRatios([10], [])).toBeUndefined();
  });
});

describe('the exponent of growth', () => {
  const small = { rows: 1_000, ms: [10, 10, 10] };

  it('is 1 when ten times the rows take ten times as long', () => {
    expect(growthExponents(small, { rows: 10_000, ms: [100, 100, 100] })?.median).toBeCloseTo(1, 12);
  });

  it('is 2 when ten times the rows take a hundred times as long', () => {
    expect(growthExponents(small, { rows: 10_000, ms: [1_000, 1_000, 1_000] })?.median).toBeCloseTo(2, 12);
  });

  it('is counted by decade: a hundred times the rows at ten thousand times the time is 2 as well', () => {
    const large = { rows: 100_000, ms: [100_000, 100_000, 100_000] };

    expect(growthExponents(small, large)?.median).toBeCloseTo(2, 12);
  });

  it('is 0 when time does not grow', () => {
    expect(growthExponents(small, { rows: 10_000, ms: [10, 10, 10] })?.median).toBe(0);
  });
});

it('a spread is the least, the middle and the most', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
});
