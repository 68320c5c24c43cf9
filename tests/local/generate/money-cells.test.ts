import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  csvCell,
  floatMoney,
  floatUnits,
  noisyMoney,
  plainMoney,
} from '../../../local/generate/money-cells.ts';
import { seededRandom } from '../../../local/generate/random.ts';
import { cents } from './written-book.ts';

describe('amounts as cells', () => {
  it.each([
    [0, '0', '0.0'],
    [5, '0.05', '0.05'],
    [40, '0.4', '0.4'],
    [-1_250, '-12.5', '-12.5'],
    [44_000, '440', '440.0'],
    [44_021, '440.21', '440.21'],
  ])('writes %i cents as %s or %s', (amount, plain, float) => {
    expect(plainMoney(amount)).toBe(plain);
    expect(floatMoney(amount)).toBe(float);
  });

  it('drops trailing zeros of other units, but keeps one digit', () => {
    expect([0, 385, 400, 11_600].map((units) => floatUnits(units, 3))).toEqual([
      '0.0',
      '0.385',
      '0.4',
      '11.6',
    ]);
  });

  it('adds noise that looks like noise and rounds away', () => {
    const random = seededRandom(1, 'noise');
    fc.assert(
      fc.property(fc.integer({ min: -30_000_000, max: 30_000_000 }), (amount) => {
        const cell = noisyMoney(amount, random);
        expect(cell.length).toBeGreaterThan(10);
        expect(cents(cell)).toBe(BigInt(amount));
      }),
    );
  });

  it('quotes a cell only where it must', () => {
    expect(csvCell('San Salvador')).toBe('San Salvador');
    expect(csvCell('Ejemplo, S.A.')).toBe('"Ejemplo, S.A."');
    expect(csvCell('El "Ejemplo"')).toBe('"El ""Ejemplo"""');
  });
});
