import { describe, expect, it } from '@jest/globals';
import { compare, rational } from '../../../shared/domain/rational.ts';
import { exactValueOf } from '../../../shared/publishing/exact-value.ts';

describe('exactValueOf', () => {
  it('is the quotient itself where the value is its abbreviation', () => {
    const third = exactValueOf({ value: '33.3333333333', numerator: '1', denominator: '3' });

    expect(third).toEqual({ numerator: 100n, denominator: 3n });
  });

  it('is the recorded value where the metric is more than a division', () => {
    const annualised = exactValueOf({
      value: '0.9107000000',
      numerator: '9006.38',
      denominator: '11816765.13',
    });

    expect(annualised && compare(annualised, rational('0.9107'))).toBe(0);
  });

  it('is the sum where there is no denominator, and nothing where there is no value', () => {
    expect(exactValueOf({ value: '12.50', numerator: '12.50', denominator: null })).toEqual(
      rational('12.50'),
    );
    expect(exactValueOf({ value: null, numerator: '1', denominator: '0' })).toBeUndefined();
  });

  it('falls back to the recorded value when the denominator is zero', () => {
    expect(exactValueOf({ value: '0', numerator: '0', denominator: '0' })).toEqual(rational('0'));
  });
});
