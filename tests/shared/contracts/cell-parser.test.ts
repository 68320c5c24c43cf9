import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CellValue, cellParser, showValue } from '../../../shared/contracts/cell-parser.ts';
import type { Column } from '../../../shared/contracts/contract.ts';
import { LocalDate, toEpochDay } from '../../../shared/domain/local-date.ts';
import { formatScaled } from '../../../shared/domain/rational.ts';
import { aColumn, aMoneyColumn } from '../../support/a-contract.ts';

const RUNS = { seed: 20_251_210, numRuns: 1_000 };

const parseDecimal = cellParser(aMoneyColumn());
const parseInteger = cellParser(aColumn({ type: 'integer' }));
const parseDate = cellParser(aColumn({ type: 'date' }));
const parseBoolean = cellParser(aColumn({ type: 'boolean' }));

describe('an empty cell', () => {
  const types: Column['type'][] = ['text', 'boolean', 'date', 'integer', 'decimal'];

  it.each(types)('has no value in a nullable column of type %s', (type) => {
    const parse = cellParser(aColumn({ type, nullable: true }));

    for (const text of [
      undefined,
      '',
      '  ',
      '\t',
      'null',
      'NULL',
      'NaN',
      'None',
      'n/a',
      'N/A',
      'na',
      ' NA ',
    ]) {
      expect(parse(text)).toEqual({ kind: 'value', value: null });
    }
  });

  it.each(types)('is a missing value, and not a zero, elsewhere in a column of type %s', (type) => {
    const parse = cellParser(aColumn({ type }));

    for (const text of [undefined, '', '  ', 'null', 'NaN', 'none', 'n/a', 'na']) {
      expect(parse(text)).toMatchObject({ kind: 'bad', code: 'missing-value' });
    }
  });

  it('is told from a word that means no value, which is not repeated', () => {
    const parse = cellParser(aColumn());

    expect(parse(' ')).toMatchObject({ detail: 'is empty' });
    expect(parse('Na')).toMatchObject({
      detail: 'holds a word that means no value, but the contract needs one',
    });
  });

  it.each(['Not Provided', '-', '0', 'nil', 'nulls', 'n.a.'])('is not what %j is', (text) => {
    expect(cellParser(aColumn({ nullable: true }))(text)).toEqual({ kind: 'value', value: text });
  });

  it('is not meant by a null word that the contract lists as a value', () => {
    const parse = cellParser(aColumn({ nullable: true, allowedValues: ['NA', 'SA'] }));

    expect(parse('NA')).toEqual({ kind: 'value', value: 'NA' });
    expect(parse('na')).toEqual({ kind: 'value', value: null });
  });
});

describe('text', () => {
  it('keeps what is inside and drops the blanks around', () => {
    const parse = cellParser(aColumn());

    expect(parse('  ABF - DSB0007-001 ')).toEqual({ kind: 'value', value: 'ABF - DSB0007-001' });
    expect(parse('\u00a0Cuscatlán\ufeff')).toEqual({ kind: 'value', value: 'Cuscatlán' });
    expect(parse('__proto__')).toEqual({ kind: 'value', value: '__proto__' });
  });

  it('rejects an unknown value, or only remarks on it, as the contract says', () => {
    const allowedValues = ['USD', 'EUR'];
    const strict = cellParser(aColumn({ allowedValues, onUnknownValue: 'reject' }));
    const lenient = cellParser(aColumn({ allowedValues, onUnknownValue: 'warn' }));

    expect(strict('USD')).toEqual({ kind: 'value', value: 'USD' });
    expect(strict('usd')).toEqual({
      kind: 'bad',
      code: 'unknown-value',
      detail: 'is not one of USD, EUR',
    });
    expect(lenient('usd')).toEqual({ kind: 'value', value: 'usd', note: 'unknown-value' });
  });
});

describe('an error of Excel', () => {
  it.each(['#N/A', ' #REF! ', '#DIV/0!', '#¡VALOR!', '#N/D'])('is no text: %j', (text) => {
    const detail = `holds the Excel error ${text.trim()}`;

    expect(cellParser(aColumn())(text)).toEqual({ kind: 'bad', code: 'missing-value', detail });
    expect(cellParser(aColumn({ nullable: true }))(text).kind).toBe('bad');
    const warned = aColumn({ allowedValues: ['West'], onUnknownValue: 'warn' });
    expect(cellParser(warned)(text)).toEqual({ kind: 'bad', code: 'missing-value', detail });
  });

  it.each(['#', '#1', '# N/A', 'N/A #', '#n/a?'])('is not everything with a hash: %j', (text) => {
    expect(cellParser(aColumn())(text)).toEqual({ kind: 'value', value: text });
  });
});

describe('booleans', () => {
  it.each([
    ['true', true],
    ['TRUE', true],
    [' True ', true],
    ['1', true],
    ['false', false],
    ['False', false],
    ['0', false],
  ])('reads %j as %s', (text, value) => {
    expect(parseBoolean(text)).toEqual({ kind: 'value', value });
  });

  it.each(['yes', 'no', 't', 'f', '2', '-1', '1.0', 'truе'])('refuses %j', (text) => {
    expect(parseBoolean(text)).toMatchObject({ kind: 'bad', code: 'unknown-value' });
  });
});

describe('dates', () => {
  it.each([
    ['1970-01-01', 0],
    ['2024-02-29', 19_782],
    [' 2025-12-10 ', 20_432],
    ['2025-12-10T00:00', 20_432],
    ['2025-12-10 00:00:00', 20_432],
    ['2025-12-10T00:00:00.000Z', 20_432],
    ['2025-12-10T00:00:00+00:00', 20_432],
  ])('reads %j as day %i', (text, value) => {
    expect(parseDate(text)).toEqual({ kind: 'value', value });
  });

  it.each([
    '2023-02-30',
    '2023-02-29',
    '2023-1-5',
    '2023/01/05',
    '05/01/2023',
    '20230105',
    '0000-01-01',
    '10000-01-01',
    'epoch',
    'infinity',
    '5',
    '2023-01-05T12:00:00Z',
    '2023-01-05T00:00:00-06:00',
    '2023-01-05T00:00:00 ZULU',
    'T00:00',
    '٢٠٢٣-٠١-٠٥',
  ])('refuses %j', (text) => {
    expect(parseDate(text)).toMatchObject({ kind: 'bad', code: 'impossible-date' });
  });
});

describe('any cell at all', () => {
  it('gets an answer, never an error, and a number that is exact', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.stringMatching(/^[-+0-9eE.,$() ]{0,24}$/),
      fc.double().map(String),
    );
    const column = fc.record({
      type: fc.constantFrom<Column['type']>('text', 'boolean', 'date', 'integer', 'decimal'),
      scale: fc.integer({ min: 0, max: 8 }),
      excessScale: fc.constantFrom<'reject' | 'round'>('reject', 'round'),
      nullable: fc.boolean(),
      decimalMark: fc.constantFrom<',' | undefined>(',', undefined),
    });
    fc.assert(
      fc.property(column, hostile, (overrides, text) => {
        const { decimalMark, ...others } = overrides;
        const cell = cellParser(aColumn({ ...others, ...(decimalMark && { decimalMark }) }))(text);

        if (cell.kind === 'bad' || typeof cell.value !== 'number') return;
        expect(Number.isSafeInteger(cell.value)).toBe(true);
        expect(Object.is(cell.value, -0)).toBe(false);
      }),
      { ...RUNS, numRuns: 3_000 },
    );
  });

  it('is no trouble when it is very long', () => {
    const length = 200_000;
    const long = [
      '9'.repeat(length),
      `0.${'3'.repeat(length)}`,
      `1.${'3'.repeat(length)}E5`,
      `1${',111'.repeat(length / 4)}x`,
      `1${'.111'.repeat(length / 4)}x`,
      '('.repeat(length),
      `(${')'.repeat(length)}`,
      '$'.repeat(length),
      '-'.repeat(length),
      ' '.repeat(length),
      `${' '.repeat(length)}x`,
      'T00:00'.repeat(length / 6),
      `T00:00:00.${'0'.repeat(length)}x`,
      `5.${'0'.repeat(length)}x`,
    ];

    for (const text of long) {
      const parseComma = cellParser(aMoneyColumn({ decimalMark: ',' }));
      for (const parse of [parseDecimal, parseComma, parseInteger, parseDate, parseBoolean]) {
        expect(parse(text).kind).toBe('bad');
      }
    }
  });
});

describe('a value that was shown', () => {
  it.each<[Partial<Column>, CellValue, string]>([
    [{ type: 'decimal', scale: 2 }, -1_250, '-12.50'],
    [{ type: 'decimal' }, 12, '12'],
    [{ type: 'date' }, 20_432, '2025-12-10'],
    [{ type: 'date' }, -1, '1969-12-31'],
    [{ type: 'integer' }, 7, '7'],
    [{ type: 'boolean' }, true, 'true'],
    [{ type: 'text' }, 'x', 'x'],
    [{ type: 'decimal', scale: 2 }, null, ''],
  ])('as %j %s is %j', (overrides, value, shown) => {
    expect(showValue(aColumn(overrides), value)).toBe(shown);
  });

  it('reads back as the same value', () => {
    const cents = fc.maxSafeInteger();
    const day = fc.integer({
      min: toEpochDay(LocalDate.parse('0001-01-01')),
      max: toEpochDay(LocalDate.parse('9999-12-31')),
    });
    fc.assert(
      fc.property(cents, day, fc.boolean(), fc.integer({ min: 0, max: 9 }), (units, date, truth, scale) => {
        const value = units === 0 ? 0 : units;
        const money = aColumn({ type: 'decimal', scale });
        const days = aColumn({ type: 'date' });
        const flag = aColumn({ type: 'boolean' });

        expect(cellParser(money)(showValue(money, value))).toEqual({ kind: 'value', value });
        expect(cellParser(days)(showValue(days, date))).toEqual({ kind: 'value', value: date });
        expect(cellParser(flag)(showValue(flag, truth))).toEqual({ kind: 'value', value: truth });
      }),
      RUNS,
    );
  });

  it('reads back the same whichever way accountants write it', () => {
    const grouped = (text: string): string => text.replaceAll(/\B(?=(\d{3})+(?=\.))/g, ',');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 14 }), (units) => {
        const plain = formatScaled(units, 2);
        const minus = units === 0 ? 0 : -units;

        for (const text of [grouped(plain), `$${plain}`, `$ ${grouped(plain)}`, `${plain}$`, `${units}e-2`]) {
          expect(parseDecimal(text)).toEqual({ kind: 'value', value: units });
        }
        for (const text of [`(${plain})`, `($${grouped(plain)})`, `-${plain}`, `-$${plain}`]) {
          expect(parseDecimal(text)).toEqual({ kind: 'value', value: minus });
        }
      }),
      RUNS,
    );
  });
});

describe('limits', () => {
  it('of a date are days of the calendar, both included', () => {
    const parseDay = cellParser(aColumn({ type: 'date', min: '2000-01-01', max: '2100-12-31' }));

    expect(parseDay('2000-01-01')).toEqual({ kind: 'value', value: 10_957 });
    expect(parseDay('2100-12-31T00:00:00Z')).toMatchObject({ kind: 'value' });
    expect(parseDay('1999-12-31')).toEqual({
      kind: 'bad',
      code: 'out-of-range',
      detail: 'is before 2000-01-01',
    });
    expect(parseDay('2101-01-01')).toEqual({
      kind: 'bad',
      code: 'out-of-range',
      detail: 'is after 2100-12-31',
    });
  });

  it('of a text are a thousand characters', () => {
    const parseText = cellParser(aColumn());

    expect(parseText('x'.repeat(1_000))).toMatchObject({ kind: 'value' });
    expect(parseText('x'.repeat(1_001))).toEqual({
      kind: 'bad',
      code: 'out-of-range',
      detail: 'is longer than 1,000 characters',
    });
  });

  it('of a text may be more where the column says so', () => {
    const parseList = cellParser(aColumn({ maxCharacters: 5_000 }));

    expect(parseList('x'.repeat(5_000))).toMatchObject({ kind: 'value' });
    expect(parseList('x'.repeat(5_001))).toEqual({
      kind: 'bad',
      code: 'out-of-range',
      detail: 'is longer than 5,000 characters',
    });
  });
});
