import type { AgeingBucket } from './ageing.ts';
import type { Bar } from './bars-chart.ts';
import { coordinate, VERMILION } from './chart-look.ts';

// The last bucket has the colour of the PAR 90 line, because it is the same money.
const COLOURS = [
  'var(--chart-age0, #8fb8d6)',
  'var(--chart-age1, #6a9dc4)',
  'var(--chart-age2, #4683b0)',
  'var(--chart-age3, #256899)',
  VERMILION,
];

export function ageingBars(buckets: readonly AgeingBucket[]): Bar[] {
  return buckets.map(({ name, amount, share, exactShare }, row) => ({
    name,
    amount: `${amount} · ${share}`,
    length: coordinate(exactShare),
    colour: COLOURS[row] ?? VERMILION,
  }));
}
