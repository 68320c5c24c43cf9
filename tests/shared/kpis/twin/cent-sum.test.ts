import { describe, expect, it } from '@jest/globals';
import { CentSum, centSums } from '../../../../shared/kpis/twin/cent-sum.ts';

describe('a sum of cents', () => {
  it('is exact where a number would have lost a cent', () => {
    const sum = new CentSum();

    // 9,007,199,254,740,991 is the last whole number that a number counts to without a gap.
    for (const cents of [9_007_199_254_740_991, 1, 1, -3, 4_503_599_627_370_496, 4_503_599_627_370_496])
      sum.add(cents);

    expect(sum.total).toBe(18_014_398_509_481_982n);
  });

  it('adds products that no number holds', () => {
    const sum = new CentSum();

    // 0.360001 x 123,456,789,012.34 in millionths of cents, and 0.5 x 0.02
    sum.addProduct(360_001, 12_345_678_901_234);
    sum.addProduct(500_000, 2);
    sum.addProduct(-500_000, 2);

    expect(sum.total).toBe(360_001n * 12_345_678_901_234n);
  });

  it('begins at nothing, one for each place', () => {
    expect(centSums(2).map(({ total }) => total)).toEqual([0n, 0n]);
  });
});
