import { type Rational, toDecimal } from '../domain/rational.ts';

// How all charts look. The lines have hues of Okabe and Ito, which colour-blind readers tell apart; width, dashes and
// a label at the end of each line tell them apart in print. A page turns the colours for dark mode through custom
// properties; without a page the fallbacks hold.

/** Drawn for a phone's column, where it keeps its letters legible; a wide column enlarges it. */
export const CHART_SIZE = { width: 400, height: 270 };

export type ChartSize = typeof CHART_SIZE;

export const INK = 'var(--chart-ink, #1b2430)';
export const MUTED = 'var(--chart-muted, #596575)';
export const GRID = 'var(--chart-grid, #e4e8ec)';
export const PAPER = 'var(--chart-paper, #ffffff)';
export const VERMILION = 'var(--chart-par90, #c2410c)';
export const BLUE = 'var(--chart-par30, #0068a8)';
export const GREEN = 'var(--chart-third, #1d7a52)';

/** Of the first, second and third line of a chart. */
export const LINE_LOOKS = [
  { color: VERMILION, width: 3, dash: [] },
  { color: BLUE, width: 2, dash: [7, 3] },
  { color: GREEN, width: 2, dash: [2, 2] },
] as const;

export const CONFIG = {
  font: 'system-ui, -apple-system, Segoe UI, Roboto, Liberation Sans, Arial, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: MUTED,
    labelFontSize: 12,
    titleColor: MUTED,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    domainColor: GRID,
    gridColor: GRID,
    tickColor: GRID,
  },
} as const;

export const FRAME = {
  ...CHART_SIZE,
  background: 'transparent',
  autosize: { type: 'none', contains: 'padding' },
  config: CONFIG,
} as const;

/** The one place where a number becomes a float: as a coordinate. What is read as a number arrives as text. */
export function coordinate(value: Rational): number {
  return Number(toDecimal(value, 6));
}
