import { describe, expect, it } from '@jest/globals';
import { sample, seededRandom } from '../../../local/generate/random.ts';

const draws = (seed: number, stream: string): number[] => {
  const random = seededRandom(seed, stream);
  return Array.from({ length: 5 }, () => random.unit());
};

describe('seeded chance', () => {
  it('repeats for the same seed and stream, and differs for another of either', () => {
    expect(draws(1, 'loans')).toEqual(draws(1, 'loans'));
    expect(draws(2, 'loans')).not.toEqual(draws(1, 'loans'));
    expect(draws(1, 'customers')).not.toEqual(draws(1, 'loans'));
  });

  it('spreads evenly, and reaches both ends of a range', () => {
    const random = seededRandom(3, 'dice');
    const faces = Array.from({ length: 6_000 }, () => random.int(1, 6));

    const counts = [1, 2, 3, 4, 5, 6].map((face) => faces.filter((drawn) => drawn === face).length);

    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6_000);
  });

  it('has the median that a skewed draw is asked for', () => {
    const random = seededRandom(4, 'amounts');
    const amounts = Array.from({ length: 4_001 }, () => random.logNormal(100, 1)).toSorted((a, b) => a - b);

    expect(Math.abs((amounts[2_000] ?? 0) - 100)).toBeLessThan(10);
  });

  it('samples without repeating, and no more than there are', () => {
    const items = [1, 2, 3, 4, 5];

    const all = sample(items, 9, seededRandom(5, 'sample'));

    expect(all.toSorted((a, b) => a - b)).toEqual(items);
    expect(items).toEqual([1, 2, 3, 4, 5]);
    expect(sample(items, 2, seededRandom(5, 'sample'))).toHaveLength(2);
  });
});
