import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  add,
  compare,
  divide,
  formatScaled,
  multiply,
  type Rational,
  rational,
  subtract,
  toDecimal,
} from '../../../shared/domain/rational.ts';

const RUNS = { seed: 20_251_210, numRuns: 500 };

const fraction = fc.record({
  numerator: fc.bigInt(-(10n ** 24n), 10n ** 24n),
  denominator: fc.bigInt(1n, 10n ** 12n),
});

/** Two fractions are the same number when they agree after cross-multiplication. */
const isSame = (a: Rational, b: Rational): boolean =>
  a.numerator * b.denominator === b.numerator * a.denominator;

describe('reading decimal text', () => {
  it.each([
    ['0', 0n, 1n],
    ['-0', 0n, 1n],
    ['12', 12n, 1n],
    ['+7', 7n, 1n],
    ['12.50', 1250n, 100n],
    ['-12.50', -1250n, 100n],
    ['000.05', 5n, 100n],
    ['0.1', 1n, 10n],
    ['123456789012345678901234567890.12', 12345678901234567890123456789012n, 100n],
  ])('reads %s exactly', (text, numerator, denominator) => {
    expect(rational(text)).toEqual({ numerator, denominator });
  });

  it('takes a number for the decimal that it prints as, and an integer for itself', () => {
    expect(rational(0.1)).toEqual({ numerator: 1n, denominator: 10n });
    expect(rational(-3)).toEqual({ numerator: -3n, denominator: 1n });
    expect(rational(-3n)).toEqual({ numerator: -3n, denominator: 1n });
  });

  it.each(['', ' ', '1e3', '1.', '.5', '--1', '1,000', '0x10', 'NaN', '1 ', '1\n', '١٢', '1_000'])(
    'refuses %j rather than guessing',
    (text) => {
      expect(() => rational(text)).toThrow(RangeError);
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e21, 1e-7])('refuses the number %s', (value) => {
    expect(() => rational(value)).toThrow(RangeError);
  });
});

describe('arithmetic', () => {
  it('adds a tenth and two tenths to exactly three tenths', () => {
    const sum = add(rational('0.1'), rational('0.2'));

    expect(compare(sum, rational('0.3'))).toBe(0);
  });

  it.each([
    ['1', '3', '0.3333333333'],
    ['-1', '3', '-0.3333333333'],
    ['1', '-3', '-0.3333333333'],
    ['-1', '-3', '0.3333333333'],
    ['0', '-7', '0.0000000000'],
  ])('divides %s by %s to %s', (a, b, expected) => {
    const quotient = divide(rational(a), rational(b));

    expect(quotient && toDecimal(quotient, 10)).toBe(expected);
  });

  it.each(['0', '-0', '0.00'])('has no value for a division by %s', (zero) => {
    expect(divide(rational('1'), rational(zero))).toBeUndefined();
    expect(divide(rational('0'), rational(zero))).toBeUndefined();
  });

  it('agrees with arithmetic on plain integers', () => {
    const integer = fc.bigInt(-(10n ** 30n), 10n ** 30n);
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        expect(add(rational(a), rational(b))).toEqual(rational(a + b));
        expect(subtract(rational(a), rational(b))).toEqual(rational(a - b));
        expect(multiply(rational(a), rational(b))).toEqual(rational(a * b));
        expect(compare(rational(a), rational(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
      RUNS,
    );
  });

  it('adds in any order and grouping, and multiplication spreads over addition', () => {
    fc.assert(
      fc.property(fraction, fraction, fraction, (a, b, c) => {
        expect(isSame(add(a, b), add(b, a))).toBe(true);
        expect(isSame(add(add(a, b), c), add(a, add(b, c)))).toBe(true);
        expect(isSame(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)))).toBe(true);
      }),
      RUNS,
    );
  });

  it('takes back what it added and multiplied', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        expect(isSame(subtract(add(a, b), b), a)).toBe(true);
        const quotient = divide(multiply(a, b), b);
        expect(b.numerator === 0n ? quotient === undefined : quotient && isSame(quotient, a)).toBe(true);
      }),
      RUNS,
    );
  });

  it('keeps every denominator positive and every result reduced', () => {
    const greatestCommonDivisor = (a: bigint, b: bigint): bigint =>
      b === 0n ? a : greatestCommonDivisor(b, a % b);
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        for (const { numerator, denominator } of [add(a, b), multiply(a, b), divide(a, b) ?? rational(1)]) {
          expect(denominator > 0n).toBe(true);
          expect(greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator)).toBe(1n);
        }
      }),
      RUNS,
    );
  });

  it('orders fractions as their difference does', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        const { numerator } = subtract(a, b);

        expect(compare(a, b)).toBe(numerator < 0n ? -1 : numerator > 0n ? 1 : 0);
        expect(compare(b, a) + compare(a, b)).toBe(0);
      }),
      RUNS,
    );
  });
});

describe('showing a fraction as decimal text', () => {
  // A tie goes to the even neighbour, on both sides of zero.
  it.each([
    ['0.005', 2, '0.00'],
    ['0.015', 2, '0.02'],
    ['0.025', 2, '0.02'],
    ['0.035', 2, '0.04'],
    ['-0.005', 2, '0.00'],
    ['-0.015', 2, '-0.02'],
    ['-0.025', 2, '-0.02'],
    ['0.0250001', 2, '0.03'],
    ['0.0249999', 2, '0.02'],
    ['0.5', 0, '0'],
    ['1.5', 0, '2'],
    ['2.5', 0, '2'],
    ['-2.5', 0, '-2'],
    ['-3.5', 0, '-4'],
    ['9.995', 2, '10.00'],
    ['7', 3, '7.000'],
  ])('rounds %s at %i places to %s', (text, places, expected) => {
    expect(toDecimal(rational(text), places)).toBe(expected);
  });

  it('never shows a minus sign before nothing but zeros', () => {
    expect(toDecimal(rational('-0.004'), 2)).toBe('0.00');
    expect(toDecimal({ numerator: -1n, denominator: 1_000_000n }, 0)).toBe('0');
  });

  it('is the nearest multiple of the last place, and the even one of two that are equally near', () => {
    fc.assert(
      fc.property(fraction, fc.integer({ min: 0, max: 12 }), (value, places) => {
        const shown = rational(toDecimal(value, places));
        const unit = { numerator: 1n, denominator: 10n ** BigInt(places) };
        const { numerator } = subtract(shown, value);
        const distance = { ...subtract(shown, value), numerator: numerator < 0n ? -numerator : numerator };
        const fromTie = compare(add(distance, distance), unit);

        expect(fromTie).toBeLessThanOrEqual(0);
        if (fromTie === 0) expect(shown.numerator % 2n).toBe(0n);
      }),
      RUNS,
    );
  });

  it('reads back to the same number whenever nothing had to be rounded', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: 0, max: 20 }), (units, places) => {
        const value = { numerator: units, denominator: 10n ** BigInt(places) };

        expect(isSame(rational(toDecimal(value, places)), value)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('writing scaled integers', () => {
  it.each([
    [-1250n, 2, '-12.50'],
    [5, 2, '0.05'],
    [-5, 2, '-0.05'],
    [0, 2, '0.00'],
    [-0, 2, '0.00'],
    [42, 0, '42'],
    [-42, 0, '-42'],
    [1, 6, '0.000001'],
    [Number.MAX_SAFE_INTEGER, 2, '90071992547409.91'],
  ])('writes %s at scale %i as %s', (units, places, expected) => {
    expect(formatScaled(units, places)).toBe(expected);
  });

  it('refuses a number that is not a whole count of units', () => {
    expect(() => formatScaled(0.5, 2)).toThrow(RangeError);
  });
});
