import type { TopLevelSpec } from 'vega-lite';
import type { Rational } from '../domain/rational.ts';
import type { DerivedTable } from '../kpis/kpi-result.ts';
import { CHART_SIZE, coordinate, FRAME, INK, PAPER } from './chart-look.ts';
import { type Box, type Point, placeLabels } from './label-places.ts';
import type { Language } from './language/language.ts';
import { rowsOf } from './table-cells.ts';

/** For each cohort the share of its principal that is 90 days or more past due, by months on book. */
export type Vintage = {
  readonly cohort: string;
  readonly points: readonly { readonly month: number; readonly share: Rational }[];
};

/** A year of cohorts: more lines than that are no picture. */
const COHORTS = 12;

/** The newest cohorts that have been watched for more than a month, oldest first. */
export function vintagesOf(table: DerivedTable): Vintage[] {
  const cohorts = Map.groupBy(rowsOf(table), (row) => row.text('vintage') ?? '');
  return [...cohorts]
    .map(([cohort, rows]) => ({
      cohort,
      points: rows
        .flatMap((row) => {
          const share = row.number('bad_90_percent');
          return share ? [{ month: Number(row.text('months_on_book')), share }] : [];
        })
        .toSorted((a, b) => a.month - b.month),
    }))
    .filter(({ points }) => points.length > 1)
    .toSorted((a, b) => (a.cohort < b.cohort ? -1 : 1))
    .slice(-COHORTS);
}

// From old to new; each line is named at its end, since twelve shades are too many to tell apart.
const OLD = 'var(--chart-age1, #6a9dc4)';
const NEW = 'var(--chart-age3, #256899)';
const NEWEST = 'var(--chart-par90, #c2410c)';

const PADDING = { left: 44, right: 62, top: 8, bottom: 42 };

export function vintageSpec(vintages: readonly Vintage[], language: Language): TopLevelSpec {
  const all = vintages.flatMap(({ points }) => points);
  const months = Math.max(1, ...all.map(({ month }) => month));
  const top = Math.max(1, ...all.map(({ share }) => coordinate(share))) * 1.12;
  const x = {
    field: 'month',
    type: 'quantitative',
    scale: scaleTo(months),
    axis: { title: language.words.chart.monthsOnBook, grid: false, tickMinStep: 1, tickCount: 8 },
  } as const;
  const y = {
    field: 'share',
    type: 'quantitative',
    scale: scaleTo(top),
    axis: { title: null, labelExpr: "datum.label + ' %'", tickCount: 5, domain: false, ticks: false },
  } as const;
  const lines = vintages.map(({ points }) =>
    points.map(({ month, share }) => ({
      x: (month / months) * PLOT.width,
      y: (1 - coordinate(share) / top) * PLOT.height,
    })),
  );
  const labels = labelPlaces(lines).map(({ left, top: above, bottom }, index) => ({
    month: (left / PLOT.width) * months,
    share: (1 - (above + bottom) / 2 / PLOT.height) * top,
    cohort: vintages[index]?.cohort ?? '',
  }));
  const label = { type: 'text', align: 'left', baseline: 'middle', fontSize: 10.5 } as const;
  const named = { x, y, text: { field: 'cohort', type: 'nominal' } } as const;
  return {
    ...FRAME,
    padding: PADDING,
    layer: [
      ...vintages.map(({ points }, index): Layers[number] => {
        const isNewest = index === vintages.length - 1;
        return {
          data: { values: points.map(({ month, share }) => ({ month, share: coordinate(share) })) },
          mark: {
            type: 'line',
            color: isNewest ? NEWEST : index < vintages.length / 2 ? OLD : NEW,
            strokeWidth: isNewest ? 3 : 1.5,
          },
          encoding: { x, y },
        };
      }),
      // On a halo: where lines run everywhere, one of them must give way.
      {
        data: { values: labels },
        mark: { ...label, stroke: PAPER, strokeWidth: 3, color: PAPER },
        encoding: named,
      },
      { data: { values: labels }, mark: { ...label, color: INK }, encoding: named },
    ],
  };
}

const PLOT = {
  width: CHART_SIZE.width - PADDING.left - PADDING.right,
  height: CHART_SIZE.height - PADDING.top - PADDING.bottom,
};
const LABEL = { width: 46, height: 11, gap: 5 };
/** Beside the end of the line, or ever further above and below. */
const STEPS = [0, -1, 1, -2, 2, -3, 3, -4, 4];

/** The label of each line beside its end, where no other line and no other label is. */
export function labelPlaces(lines: readonly (readonly Point[])[]): Box[] {
  const labels = lines.map((line) => {
    const { x, y } = line.at(-1) ?? { x: 0, y: 0 };
    return STEPS.flatMap((step) => {
      const top = y + step * LABEL.height - LABEL.height / 2;
      const sides = [x + LABEL.gap, Math.max(0, x - LABEL.gap - LABEL.width)];
      return sides.map((left) => ({ left, top, right: left + LABEL.width, bottom: top + LABEL.height }));
    });
  });
  const picture = { left: 0, top: -PADDING.top, right: PLOT.width + PADDING.right, bottom: PLOT.height };
  return placeLabels(labels, { lines, picture });
}

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];

function scaleTo(top: number): { domain: [number, number] } {
  return { domain: [0, top] };
}

export const VINTAGE_SIZE = CHART_SIZE;
