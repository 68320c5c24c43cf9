import { expect, it } from '@jest/globals';
import { toDecimal } from '../../../shared/domain/rational.ts';
import { labelHeights, vintagesOf } from '../../../shared/publishing/vintages.ts';
import { aVintageTable } from '../../support/a-full-mart.ts';

it('keeps the twelve newest cohorts that have been watched for more than a month, oldest first', () => {
  const vintages = vintagesOf(aVintageTable());

  expect(vintages).toHaveLength(12);
  expect([vintages[0]?.cohort, vintages.at(-1)?.cohort]).toEqual(['2024-12', '2025-11']);
  expect(vintages[0]?.points.map(({ month }) => month)).toEqual(
    Array.from({ length: 13 }, (_, month) => month),
  );
});

it('reads the share at each age: 2024-12 after 12 months is 10 x 36 hundredths of a percent', () => {
  const [first] = vintagesOf(aVintageTable());

  expect(toDecimal(first?.points.at(-1)?.share ?? { numerator: 0n, denominator: 1n }, 2)).toBe('3.60');
});

it('raises a label only above one that it would touch', () => {
  const ends = [
    { month: 12, height: 1 },
    { month: 11, height: 1.02 },
    { month: 3, height: 1.01 },
    { month: 12, height: 2 },
  ];

  expect(labelHeights(ends, { monthsOfLabel: 2, gap: 0.1 })).toEqual([1, 1.1, 1.01, 2]);
});
