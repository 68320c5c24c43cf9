import type { TopLevelSpec } from 'vega-lite';
import { type Rational, rational } from '../domain/rational.ts';
import type { DerivedTable } from '../kpis/kpi-result.ts';
import { CHART_SIZE, coordinate, FRAME, INK } from './chart-look.ts';
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
  const heights = labelHeights(
    vintages.map(({ points }) => ({
      month: points.at(-1)?.month ?? 0,
      height: coordinate(points.at(-1)?.share ?? rational(0)),
    })),
    { monthsOfLabel: (months * LABEL_WIDTH) / PLOT_WIDTH, gap: top * 0.055 },
  );
  return {
    ...FRAME,
    padding: PADDING,
    layer: vintages.flatMap(({ cohort, points }, index): Layers => {
      const isNewest = index === vintages.length - 1;
      const last = points.at(-1)?.month ?? 0;
      return [
        {
          data: { values: points.map(({ month, share }) => ({ month, share: coordinate(share) })) },
          mark: {
            type: 'line',
            color: isNewest ? NEWEST : index < vintages.length / 2 ? OLD : NEW,
            strokeWidth: isNewest ? 3 : 1.5,
          },
          encoding: { x, y },
        },
        {
          data: { values: [{ month: last, share: heights[index] ?? 0, cohort }] },
          mark: { type: 'text', align: 'left', dx: 5, fontSize: 10.5, color: INK },
          encoding: { x, y, text: { field: 'cohort', type: 'nominal' } },
        },
      ];
    }),
  };
}

const LABEL_WIDTH = 48;
const PLOT_WIDTH = CHART_SIZE.width - PADDING.left - PADDING.right;

type LineEnd = { readonly month: number; readonly height: number };

/** Beside the end of its line, unless the label of another line ends there too: then it is raised above that. */
export function labelHeights(
  ends: readonly LineEnd[],
  { monthsOfLabel, gap }: { readonly monthsOfLabel: number; readonly gap: number },
): number[] {
  const upwards = ends.map((end, index) => ({ ...end, index })).toSorted((a, b) => a.height - b.height);
  const placed: { month: number; height: number; index: number }[] = [];
  for (const { month, height, index } of upwards) {
    let free = height;
    for (const other of placed.toSorted((a, b) => a.height - b.height)) {
      const isNear = Math.abs(other.month - month) < monthsOfLabel;
      if (isNear && Math.abs(other.height - free) < gap) free = other.height + gap;
    }
    placed.push({ month, height: free, index });
  }
  return placed.toSorted((a, b) => a.index - b.index).map(({ height }) => height);
}

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];

function scaleTo(top: number): { domain: [number, number] } {
  return { domain: [0, top] };
}

export const VINTAGE_SIZE = CHART_SIZE;
