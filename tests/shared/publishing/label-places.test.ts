import { expect, it } from '@jest/globals';
import { overlap, placeLabels, runsThrough } from '../../../shared/publishing/label-places.ts';

const picture = { left: 0, top: 0, right: 100, bottom: 100 };
const box = (left: number, top: number) => ({ left, top, right: left + 20, bottom: top + 10 });

it.each([
  [
    'a line across',
    [
      { x: 0, y: 15 },
      { x: 100, y: 15 },
    ],
    true,
  ],
  [
    'a line that ends in it',
    [
      { x: 0, y: 0 },
      { x: 15, y: 12 },
    ],
    true,
  ],
  [
    'a line beneath',
    [
      { x: 0, y: 21 },
      { x: 100, y: 21 },
    ],
    false,
  ],
  [
    'a slope past its corner',
    [
      { x: 31, y: 0 },
      { x: 41, y: 100 },
    ],
    false,
  ],
  [
    'a line with its second part across',
    [
      { x: 0, y: 0 },
      { x: 0, y: 90 },
      { x: 30, y: 0 },
    ],
    true,
  ],
])('%s: whether it runs through', (_, line, runs) => {
  expect(runsThrough(line, box(10, 10))).toBe(runs);
});

it('boxes that touch do not overlap', () => {
  expect(overlap(box(0, 0), box(20, 0))).toBe(false);
  expect(overlap(box(0, 0), box(19, 9))).toBe(true);
});

it('takes the first place that is free, and rather one behind a line than over another name or cut off', () => {
  const lines = [
    [
      { x: 0, y: 5 },
      { x: 100, y: 5 },
    ],
  ];

  const free = placeLabels([[box(0, 0), box(0, 20)]], { lines, picture });
  const taken = placeLabels([[box(0, 20)], [box(10, 25), box(0, 0)]], { lines, picture });
  const outside = placeLabels([[box(90, 20), box(50, 0)]], { lines, picture });

  expect(free).toEqual([box(0, 20)]);
  expect(taken).toEqual([box(0, 20), box(0, 0)]);
  expect(outside).toEqual([box(50, 0)]);
});
