import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellParser } from '../../../shared/contracts/cell-parser.ts';
import { formatScaled } from '../../../shared/domain/rational.ts';
import { aColumn, aMoneyColumn } from '../../support/a-contract.ts';

const RUNS = { seed: 20_251_210, numRuns: 1_000 };

const parseDecimal = cellParser(aMoneyColumn());
const parseRate = cellParser(aMoneyColumn({ scale: 6, excessScale: 'round' }));
const parseInteger = cellParser(aColumn({ type: 'integer' }));

describe('whole numbers', () => {
  it.each([
    ['0', 0],
    ['5', 5],
    [' 5 ', 5],
    ['-5', -5],
    ['(5)', -5],
    ['1,234', 1_234],
    ['5.', 5],
    ['5.0', 5],
    ['5.000', 5],
    ['007', 7],
    ['2147483647', 2_147_483_647],
    ['-2147483647', -2_147_483_647],
    ['(2,147,483,647)', -2_147_483_647],
  ])('reads %j as %i', (text, value) => {
    expect(parseInteger(text)).toEqual({ kind: 'value', value });
  });

  it.each([
    '5.5',
    '5.4',
    '5.01',
    '1e3',
    '0x10',
    '+5',
    '1_000',
    '1 000',
    '5 days',
    'five',
    '٥',
    '５',
    '--5',
    '-',
    '.',
    'Infinity',
  ])('refuses %j', (text) => {
    expect(parseInteger(text)).toMatchObject({ kind: 'bad', code: 'text-in-number' });
  });

  it.each(['2147483648', '-2147483648', '2,147,483,648', '9007199254740991', '9'.repeat(400)])(
    'refuses what does not fit into 32 bits, by that name: %.20s',
    (text) => {
      expect(parseInteger(text)).toEqual({
        kind: 'bad',
        code: 'out-of-range',
        detail: 'is further from zero than 2,147,483,647, the largest number that is kept',
      });
    },
  );

  it('has one zero', () => {
    for (const text of ['0', '-0', '(0)', '-0.0']) {
      const cell = parseInteger(text);

      expect(cell.kind === 'value' && Object.is(cell.value, 0)).toBe(true);
    }
  });
});

describe('decimals', () => {
  it.each([
    ['0', 0],
    ['181.68', 18_168],
    ['-181.68', -18_168],
    ['1234.5', 123_450],
    ['1234', 123_400],
    ['$1,234.50', 123_450],
    ['-$1,234.50', -123_450],
    ['$-12.00', -1_200],
    ['$ 12.00', 1_200],
    ['12.00 $', 1_200],
    ['(12.00)', -1_200],
    ['($1,234,567.89)', -123_456_789],
    ['1,234,567', 123_456_700],
    ['0012.30', 1_230],
    ['12.5000', 1_250],
    ['1.5e3', 150_000],
    ['1E2', 10_000],
    ['1.25E+1', 1_250],
    ['125e-2', 125],
    ['90071992547409.91', Number.MAX_SAFE_INTEGER],
  ])('reads %j as %i cents', (text, value) => {
    expect(parseDecimal(text)).toEqual({ kind: 'value', value });
  });

  // Measured in real exports: what binary floats leave behind.
  it.each([
    ['181.67999999999984', 18_168],
    ['-181.67999999999984', -18_168],
    ['0.00999999999839929', 1],
    ['0.009999999999990905', 1],
    ['5.6843418860808015E-14', 0],
    ['-5.6843418860808015E-14', 0],
    ['1e-999', 0],
    ['12.00000001', 1_200],
  ])('rounds the residue of %s to %i cents and says so', (text, value) => {
    const cell = parseDecimal(text);

    expect(cell).toEqual({ kind: 'value', value, note: 'residue' });
    expect(cell.kind === 'value' && Object.is(cell.value, -0)).toBe(false);
  });

  it.each(['0.005', '12.3456', '0.010001', '1.00000002', '1e-3'])(
    'refuses %s, which has digits beyond the scale',
    (text) => {
      expect(parseDecimal(text)).toEqual({
        kind: 'bad',
        code: 'excess-scale',
        detail: 'has more than 2 digits after the point',
      });
    },
  );

  // Half away from zero, where the contract says that rounding is fine.
  it.each([
    ['0.1234565', 123_457],
    ['0.1234564', 123_456],
    ['-0.1234565', -123_457],
    ['11.6000005', 11_600_001],
  ])('rounds %s to %i millionths and says so', (text, value) => {
    expect(parseRate(text)).toEqual({ kind: 'value', value, note: 'rounded' });
  });

  it.each([
    'abc',
    '.5',
    '5.',
    '+5',
    '1_000',
    '0x10',
    '1 234.50',
    '1,23',
    '1234,567',
    ',123',
    '1,234,56',
    '12,34.5',
    '1.234,50',
    '--5',
    '-(5)',
    '(-5)',
    '((5))',
    '( 5 )',
    '()',
    '(',
    '$',
    '-',
    '.',
    '€5',
    'USD 5',
    '5%',
    'Infinity',
    '-inf',
    '1e',
    'e5',
    '1e1.5',
    '1E99999',
    '1,234e2',
    '0,125',
    '-0,125',
    '(0,125)',
    '012,345',
    '$0,000',
    '１２',
    '١٢',
    '1\u00a0000',
    '__proto__',
  ])('refuses %j', (text) => {
    expect(parseDecimal(text)).toMatchObject({ kind: 'bad', code: 'text-in-number' });
  });

  it.each([
    '12345678901234567.89',
    '90071992547409.92',
    '-90071992547409.92',
    '1E999',
    '9e99',
    '9'.repeat(400),
  ])('refuses %s, which would not be kept exactly', (text) => {
    expect(parseDecimal(text)).toMatchObject({ kind: 'bad', code: 'out-of-range' });
  });

  it('rounds like long division by hand, half away from zero', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 18n), 10n ** 18n), (billionths) => {
        const cell = parseRate(formatScaled(billionths, 9));

        const magnitude = billionths < 0n ? -billionths : billionths;
        const rest = magnitude % 1_000n;
        const rounded = magnitude / 1_000n + (rest >= 500n ? 1n : 0n);
        expect(cell).toMatchObject({
          kind: 'value',
          value: Number(billionths < 0n ? -rounded : rounded) || 0,
        });
      }),
      RUNS,
    );
  });

  it('has one zero', () => {
    for (const text of ['0', '-0', '-0.00', '(0.00)', '-$0', '0e5', '-0e-5']) {
      const cell = parseDecimal(text);

      expect(cell.kind === 'value' && Object.is(cell.value, 0)).toBe(true);
    }
  });

  it('keeps to the limits of the contract, which are inclusive', () => {
    const parse = cellParser(aMoneyColumn({ min: '0', max: '12', belowMin: 'negative-balance' }));
    const plain = cellParser(aMoneyColumn({ min: '-0.01' }));

    expect(parse('0')).toEqual({ kind: 'value', value: 0 });
    expect(parse('12.00')).toEqual({ kind: 'value', value: 1_200 });
    expect(parse('-0.01')).toEqual({ kind: 'bad', code: 'negative-balance', detail: 'is below 0' });
    expect(parse('12.01')).toEqual({ kind: 'bad', code: 'out-of-range', detail: 'is above 12' });
    expect(plain('-0.01')).toEqual({ kind: 'value', value: -1 });
    expect(plain('-0.02')).toMatchObject({ kind: 'bad', code: 'out-of-range' });
  });

  it('judges whole dollars and limits on integers alike', () => {
    const dollars = cellParser(aColumn({ type: 'decimal' }));
    const days = cellParser(aColumn({ type: 'integer', min: '0', max: '3650' }));

    expect(dollars('12')).toEqual({ kind: 'value', value: 12 });
    expect(dollars('12.5')).toMatchObject({ code: 'excess-scale' });
    expect(days('3650')).toEqual({ kind: 'value', value: 3_650 });
    expect(days('3651')).toMatchObject({ code: 'out-of-range', detail: 'is above 3650' });
    expect(days('-1')).toMatchObject({ code: 'out-of-range', detail: 'is below 0' });
  });
});

describe('a decimal comma, where the contract says that the source writes it', () => {
  const parse = cellParser(aMoneyColumn({ decimalMark: ',' }));
  const days = cellParser(aColumn({ type: 'integer', decimalMark: ',' }));

  it.each([
    ['1.234,56', 123_456],
    ['1.234.567,8', 123_456_780],
    ['1234,56', 123_456],
    ['1.234', 123_400],
    ['12', 1_200],
    ['0,01', 1],
    ['-1.234,50', -123_450],
    ['(1.234,50)', -123_450],
    ['$ 1.234,50', 123_450],
    ['1,5E2', 15_000],
    ['-0,00', 0],
    ['0,0100000001', 1],
  ])('reads %j as %i cents', (text, units) => {
    expect(parse(text)).toMatchObject({ kind: 'value', value: units });
  });

  it.each([
    '12.5',
    '0.125',
    '1234.56',
    '1,234.56',
    '1.23,4',
    '1.2345,00',
    '.5',
    ',5',
    '1,2,3',
    '1.234.',
    '12,',
    '',
  ])('refuses %j, which may mean two things or nothing', (text) => {
    expect(parse(text).kind).toBe('bad');
  });

  it('parts the groups of whole numbers by points', () => {
    expect(days('1.234')).toEqual({ kind: 'value', value: 1_234 });
    expect(days('1.234,0')).toEqual({ kind: 'value', value: 1_234 });
    expect(days('5,5')).toMatchObject({ code: 'text-in-number' });
    expect(days('5.5')).toMatchObject({ code: 'text-in-number' });
  });

  it('gives the value that the same number has with a point', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 14), max: 10 ** 14 }), (units) => {
        const plain = formatScaled(units, 2);
        const grouped = plain.replaceAll(/\B(?=(\d{3})+(?=\.))/g, ',');
        const comma = grouped.replaceAll(/[.,]/g, (mark) => (mark === '.' ? ',' : '.'));

        expect(parse(comma)).toEqual(parseDecimal(grouped));
        expect(parse(plain.replace('.', ','))).toEqual(parseDecimal(plain));
      }),
      RUNS,
    );
  });

  it('changes nothing for a column that does not say so', () => {
    expect(parseDecimal('1.234,56')).toMatchObject({ kind: 'bad', code: 'text-in-number' });
    expect(parseDecimal('12,5')).toMatchObject({ kind: 'bad', code: 'text-in-number' });
    const detail = 'has a decimal comma; numbers are read with a decimal point, as in 1,234.56';
    expect(['1.234,56', '-0,125', '1566,2'].map(parseDecimal)).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'bad', code: 'text-in-number', detail })),
    );
    expect(parseDecimal('1,23,4')).toMatchObject({ detail: 'is not a number' });
  });
});
