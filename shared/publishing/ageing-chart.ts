import type { TopLevelSpec } from 'vega-lite';
import type { AgeingBucket } from './ageing.ts';
import { coordinate, FRAME, GRID, INK, VERMILION } from './chart-look.ts';

// The last bucket has the colour of the PAR 90 line, because it is the same money.
const COLOURS = [
  'var(--chart-age0, #8fb8d6)',
  'var(--chart-age1, #6a9dc4)',
  'var(--chart-age2, #4683b0)',
  'var(--chart-age3, #256899)',
  VERMILION,
];

/** A bar for each bucket, under its name and its amount: the long first bar leaves no room beside it. */
export function ageingSpec(buckets: readonly AgeingBucket[]): TopLevelSpec {
  const values = buckets.map((bucket, row) => ({
    row,
    share: coordinate(bucket.exactShare),
    whole: 100,
    name: bucket.name,
    amount: `${bucket.amount} · ${bucket.share}`,
    colour: COLOURS[row] ?? VERMILION,
  }));
  const rows = { y: { field: 'row', type: 'ordinal', axis: null } } as const;
  const bar = { type: 'bar', height: 15, yOffset: 12 } as const;
  const words = { type: 'text', dy: -8, fontSize: 13, color: INK } as const;
  return {
    ...FRAME,
    padding: { left: 2, right: 2, top: 2, bottom: 2 },
    data: { values },
    layer: [
      { mark: { ...bar, color: GRID }, encoding: { ...rows, x: barLength('whole') } },
      {
        mark: bar,
        encoding: {
          ...rows,
          x: barLength('share'),
          color: { field: 'colour', type: 'nominal', scale: null },
        },
      },
      {
        mark: { ...words, align: 'left' },
        encoding: { ...rows, x: { value: 0 }, text: { field: 'name', type: 'nominal' } },
      },
      {
        mark: { ...words, align: 'right' },
        encoding: { ...rows, x: { value: 'width' }, text: { field: 'amount', type: 'nominal' } },
      },
    ],
  };
}

function barLength(field: 'whole' | 'share') {
  const domain: [number, number] = [0, 100];
  return { field, type: 'quantitative', axis: null, scale: { domain } } as const;
}
