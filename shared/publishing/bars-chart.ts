import type { TopLevelSpec } from 'vega-lite';
import { CHART_SIZE, FRAME, GRID, INK } from './chart-look.ts';

export type Bar = {
  readonly name: string;
  /** What stands at the right of the bar. */
  readonly amount: string;
  /** From 0 to 100. */
  readonly length: number;
  readonly colour: string;
};

const BAR_HEIGHT = 54;

export function barsSize(bars: readonly Bar[]): { width: number; height: number } {
  return { width: CHART_SIZE.width, height: BAR_HEIGHT * bars.length };
}

/** A bar for each part, under its name and its amount: the long first bar leaves no room beside it. */
export function barsSpec(bars: readonly Bar[]): TopLevelSpec {
  const values = bars.map(({ length, ...bar }, row) => ({ row, share: length, whole: 100, ...bar }));
  const rows = { y: { field: 'row', type: 'ordinal', axis: null } } as const;
  const bar = { type: 'bar', height: 15, yOffset: 12 } as const;
  const words = { type: 'text', dy: -8, fontSize: 13, color: INK } as const;
  return {
    ...FRAME,
    ...barsSize(bars),
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
