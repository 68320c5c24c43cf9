import { expect, it } from '@jest/globals';
import { limitInWords, rowsInWords, shareInWords } from '../../../shared/expectations/in-words.ts';

it('counts rows with separators', () => {
  expect([0, 1, 31_222].map(rowsInWords)).toEqual(['0 rows', '1 row', '31,222 rows']);
});

it('shows a share with its counts, and never a share that is there as zero', () => {
  expect(shareInWords(12, 31_222)).toBe('12 of 31,222 rows (0.04 %)');
  expect(shareInWords(1, 10_000_000)).toBe('1 of 10,000,000 rows (less than 0.01 %)');
  expect(shareInWords(0, 0)).toBe('0 of 0 rows (0.00 %)');
});

it('shows a limit without zeros that say nothing', () => {
  expect(['0', '0.005', '0.01', '0.2', '1', '0.00001'].map(limitInWords)).toEqual([
    '0 %',
    '0.5 %',
    '1 %',
    '20 %',
    '100 %',
    '0.001 %',
  ]);
});
