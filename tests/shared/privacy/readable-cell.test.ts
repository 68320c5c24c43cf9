import { describe, expect, it } from '@jest/globals';
import { cellInWords, isReadable } from '../../../shared/privacy/readable-cell.ts';
import { aColumn, aMoneyColumn } from '../../support/a-contract.ts';

const MONEY = aMoneyColumn();
const DAY = aColumn({ type: 'date' });
const STATE = aColumn({ allowedValues: ['On', 'Off'], onUnknownValue: 'warn' });

describe('a cell that may be read', () => {
  it.each([
    '0',
    '-5',
    '1234.50',
    '.5',
    '$1,234.50',
    '-$5',
    '($1,234.50)',
    '1.234,56',
    '12345678.90',
    '12,345,678.90',
    '0.30000000000000004',
    '12345.678901',
    '12.00 $',
    '45%',
    '5.6843418860808015E-14',
    '1e3',
    ' 7 ',
    'TRUE',
    'false',
    'NaN',
    'n/a',
    '',
  ])('is a number or a known word: %j', (cell) => {
    expect(isReadable(MONEY, cell)).toBe(true);
    expect(isReadable(DAY, cell)).toBe(true);
  });

  it.each(['2023-02-30', '2023/2/3', '2025-12-10T00:00:00Z', '2025-12-10 23:59:59.999-06:00'])(
    'is a date with its year first, in a column of dates: %j',
    (cell) => {
      expect(isReadable(DAY, cell)).toBe(true);
      expect(isReadable(MONEY, cell)).toBe(false);
    },
  );

  it('is a long number without a decimal mark where its column accepts it', () => {
    expect(isReadable(MONEY, '12345678')).toBe(true);
    expect(isReadable(MONEY, '$1,234,567,890')).toBe(true);
    expect(isReadable(aMoneyColumn({ max: '100' }), '12345678')).toBe(false);
    expect(isReadable(DAY, '12345678')).toBe(false);
  });

  it('is one of the values of its column, in any case', () => {
    for (const cell of ['On', 'off', ' OFF ']) expect(isReadable(STATE, cell)).toBe(true);
  });
});

describe('a cell that may not be read', () => {
  it.each([
    'CLI1053',
    'CLIAB100389',
    'Juan Perez, DUI 01234567-8',
    '01234567-8',
    '0614-010190-101-1',
    'five',
    'E',
    '5 days',
    '1"2',
    '٥',
    '-',
    '()',
    '9'.repeat(41),
    '1\n2',
    '1 234,56',
    // Cards
    '4111 1111 1111 1111',
    '4111111111111111',
    '4111111111111111.00',
    '378282246310005',
    // Identity and taxpayers' numbers
    '012345678',
    '012345678.0',
    '06141505851012',
    '6141505851012.0',
    '0614.150585.101.2',
    // Telephones
    '7777 8888',
    '77778888',
    '77778888.0',
    '7777.8888',
    '+503 7777 8888',
    '+50377778888',
    '(77778888)',
    '+1 305 555 0100',
    '+13055550100',
    // Birth dates
    '12-05-1985',
    '12/05/1985',
    '12.05.1985',
    '12.5.85',
    '5/12/85',
    '19850512',
    '12051985',
  ])('is anything else, whatever the column: %j', (cell) => {
    expect(isReadable(MONEY, cell)).toBe(false);
    expect(isReadable(DAY, cell)).toBe(false);
  });

  it('is any text of a column without a list, and any value outside a list', () => {
    for (const cell of ['factoring', '612', '2025-12-10', 'true']) {
      expect(isReadable(aColumn(), cell)).toBe(false);
      expect(isReadable(STATE, cell)).toBe(false);
    }
  });

  it('is any cell of a column that could name a person', () => {
    for (const cell of ['612', 'On', 'true', '']) {
      expect(isReadable({ ...STATE, pii: 'quasi' }, cell)).toBe(false);
      expect(isReadable(aMoneyColumn({ pii: 'direct' }), cell)).toBe(false);
    }
  });
});

describe('a cell in words', () => {
  it.each([
    [MONEY, ' -5 ', ' "-5"'],
    [MONEY, 'Juan Perez, DUI 01234567-8', ', a text of 26 characters,'],
    [DAY, '12-05-1985', ', a text of 10 characters,'],
    [DAY, '2023-02-30', ' "2023-02-30"'],
    [DAY, 'x', ', a text of 1 character,'],
    [STATE, 'on', ' "on"'],
    [STATE, 'paused', ', a text of 6 characters,'],
    [MONEY, '  ', ''],
    [MONEY, undefined, ''],
    [aMoneyColumn({ pii: 'quasi' }), '612', ''],
  ] as const)('of %o is %j -> %j', (column, cell, words) => {
    expect(cellInWords(column, cell)).toBe(words);
  });
});
