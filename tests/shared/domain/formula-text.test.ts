import { describe, expect, it } from '@jest/globals';
import { neutralised } from '../../../shared/domain/formula-text.ts';

describe('text for a spreadsheet', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n1',
    ' =1',
    '＝1+1',
    '＋1',
    '－1',
    '＠SUM(A1)',
    '−1',
  ])('gets an apostrophe when it could be a formula: %j', (text) => {
    expect(neutralised(text)).toBe(`'${text}`);
  });

  it.each(['', 'PAR 30', '1-1', 'a=b', 'ana@example.com', "'=1", '(1.00)'])('stays as it is: %j', (text) => {
    expect(neutralised(text)).toBe(text);
  });
});
