import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainNumber } from '../../../../shared/decode/xlsx/cell-value.ts';
import { rational } from '../../../../shared/domain/rational.ts';

describe('a number that is stored with an exponent', () => {
  it.each([
    ['1.2345678901234568E+16', '12345678901234568'],
    ['1E5', '100000'],
    ['1.50e2', '150'],
    ['1.2345E2', '123.45'],
    ['-5.68E-14', '-0.0000000000000568'],
    ['0E+0', '0'],
    ['12.5E-1', '1.25'],
    ['0.001E4', '10'],
  ])('is written out: %s is %s', (stored, written) => {
    expect(plainNumber(stored)).toBe(written);
  });

  it.each(['1E300', '1E-300', '2.5E99', 'E5', '1E', 'Infinity', 'none', '1.5', '007'])(
    'is left alone: %s',
    (stored) => {
      expect(plainNumber(stored)).toBe(stored);
    },
  );

  it('is the same number as before', () => {
    const stored = fc.tuple(fc.integer(), fc.nat(999_999), fc.integer({ min: -14, max: 14 }));
    fc.assert(
      fc.property(stored, ([whole, fraction, exponent]) => {
        const written = rational(plainNumber(`${whole}.${fraction}E${exponent}`));
        const mantissa = rational(`${whole}.${fraction}`);
        const up = 10n ** BigInt(Math.max(exponent, 0));
        const down = 10n ** BigInt(Math.max(-exponent, 0));

        expect(written.numerator * mantissa.denominator * down).toBe(
          mantissa.numerator * up * written.denominator,
        );
      }),
      { seed: 20_251_210, numRuns: 2_000 },
    );
  });
});
