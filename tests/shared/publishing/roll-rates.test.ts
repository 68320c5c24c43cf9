import { expect, it } from '@jest/globals';
import { toDecimal } from '../../../shared/domain/rational.ts';
import { languageOf } from '../../../shared/publishing/language/language.ts';
import { rollRatesOf, stateName } from '../../../shared/publishing/roll-rates.ts';
import { aRollMatrix } from '../../support/a-full-mart.ts';

it('shares the balance of each state among where it went: 3,600.00 of 10,000.00 went from 30-59 to 60-89, 36 %', () => {
  const rates = rollRatesOf(aRollMatrix());

  const row = rates?.states.indexOf('30-59') ?? -1;
  const column = rates?.targets.indexOf('60-89') ?? -1;
  const shares = rates?.shares[row] ?? [];
  expect(toDecimal(shares[column] ?? { numerator: 0n, denominator: 1n }, 2)).toBe('36.00');
  expect(
    shares.reduce((sum, share) => sum + Number(toDecimal(share ?? { numerator: 0n, denominator: 1n }, 4)), 0),
  ).toBe(100);
});

it('puts the states in their order, whatever order the table has, and takes the newest date', () => {
  const table = aRollMatrix();
  const older = table.rows.map(([, from = '', to = '']) => ['2025-11-30', from, to, '1.00']);
  const rates = rollRatesOf({ ...table, rows: [...table.rows.toReversed(), ...older] });

  expect(rates?.date).toBe('2025-12-31');
  expect(rates?.states).toEqual(['0-6', '7-29', '30-59', '60-89', '90-180']);
  expect(rates?.targets.slice(-2)).toEqual(['written_off', 'closed']);
});

it('has no share of a state without a balance, and is nothing where the table is empty', () => {
  const table = aRollMatrix();
  const rows = table.rows.map(([date = '', from = '', to = '', balance = '']) => [
    date,
    from,
    to,
    from === '0-6' ? '0.00' : balance,
  ]);

  expect(rollRatesOf({ ...table, rows })?.shares[0]?.every((share) => share === undefined)).toBe(true);
  expect(rollRatesOf({ ...table, rows: [] })).toBeUndefined();
});

it('names states as people do', () => {
  expect([stateName('written_off', languageOf('es')), stateName('30-59', languageOf('es'))]).toEqual([
    'Castigo',
    '30-59',
  ]);
});
