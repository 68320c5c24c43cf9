import { describe, expect, it } from '@jest/globals';
import { rational } from '../../../shared/domain/rational.ts';
import { DOCUMENTS } from '../../../shared/publishing/language/language.ts';
import { showDuration, showInstant, showValue, unbroken } from '../../../shared/publishing/show-value.ts';

describe('showValue', () => {
  it.each([
    ['1234567.885', 'usd', 2, 'USD 1,234,567.88'],
    ['-1234.5', 'usd', 2, 'USD -1,234.50'],
    ['4.325', 'percent', 2, '4.32 %'],
    ['999', 'count', 0, '999'],
    ['1000', 'count', 0, '1,000'],
    ['0.37125', 'fraction', 4, '0.3712'],
    ['7.25', 'index', 1, '7.2'],
    ['-0.001', 'percent', 2, '0.00 %'],
  ] as const)('shows %s as %s with %d digits: %s', (value, unit, places, shown) => {
    expect(showValue(rational(value), unit, places)).toBe(shown);
  });

  it('keeps every digit of a number that a float cannot hold', () => {
    expect(showValue(rational('12345678901234567890.12'), 'usd', 2)).toBe(
      'USD 12,345,678,901,234,567,890.12',
    );
  });
});

describe('a limit of a document', () => {
  it.each([
    ['5', '5 %'],
    ['5.00', '5 %'],
    ['1.50', '1.5 %'],
    ['10', '10 %'],
  ])('shows the limit %s as %s', (limit, shown) => {
    expect(DOCUMENTS.limit(limit, 'percent')).toBe(shown);
  });
});

describe('showDuration', () => {
  it.each([
    [840, '0.8 s'],
    [12_000, '12.0 s'],
    [59_960, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [8_040_000, '2 h 14 min'],
    [-5, '0.0 s'],
  ])('says %d ms as %s', (milliseconds, words) => {
    expect(showDuration(milliseconds)).toBe(words);
  });
});

describe('showInstant', () => {
  it('names the minute and the time zone', () => {
    expect(showInstant('2026-01-05T06:30:01.000Z')).toBe('2026-01-05 06:30 UTC');
  });
});

describe('unbroken', () => {
  it('keeps a number with its unit, and a day in one piece, and escapes the rest', () => {
    const { markup } = unbroken('<b> is USD 5, up 2 % since 2026-10-31');

    expect(markup).toBe('&lt;b&gt; is USD\u00a05, up 2\u00a0% since <span class="date">2026-10-31</span>');
  });
});
