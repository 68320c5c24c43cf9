import { expect, it } from '@jest/globals';
import { toDecimal } from '../../../shared/domain/rational.ts';
import { overlap, runsThrough } from '../../../shared/publishing/label-places.ts';
import { labelPlaces, vintagesOf } from '../../../shared/publishing/vintages.ts';
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

it('names each line where no line and no other name is', () => {
  const steep = Array.from({ length: 12 }, (_, line) =>
    Array.from({ length: line + 2 }, (_, month) => ({ x: month * 20, y: 200 - month * (18 - line) })),
  );

  const places = labelPlaces(steep);

  expect(places).toHaveLength(12);
  places.forEach((place, index) => {
    expect(steep.filter((line) => runsThrough(line, place))).toEqual([]);
    expect(places.slice(index + 1).filter((other) => overlap(other, place))).toEqual([]);
  });
});
