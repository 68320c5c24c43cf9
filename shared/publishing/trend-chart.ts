import type { TopLevelSpec } from 'vega-lite';
import { toEpochDay } from '../domain/local-date.ts';
import { BLUE, coordinate, FRAME, MUTED, PAPER, VERMILION } from './chart-look.ts';
import type { ParTrend, TrendLine } from './par-trend.ts';

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];
type Scales = { readonly days: readonly number[]; readonly top: number };

const COLOURS = [VERMILION, BLUE];
const MS_PER_DAY = 86_400_000;
const MONTHS_FROM_DAYS = 150;
const TICKS = 3;
/** Least distance of two labels, as a share of the height of the plot. */
const LABEL_GAP = 0.085;

/** A line for each PAR with its newest value at its end, and the limits as dashed rules with their names. */
export function trendSpec(trend: ParTrend): TopLevelSpec {
  const scales = scalesOf(trend);
  const [rules, names] = limitLayers(trend, scales);
  return {
    ...FRAME,
    padding: { left: 40, right: 122, top: 8, bottom: 28 },
    layer: [
      ...rules,
      ...trend.lines.map((line, index) => lineLayer(line, index, scales)),
      ...names,
      ...endLayers(trend.lines, scales),
    ],
  };
}

function scalesOf(trend: ParTrend): Scales {
  const heights = [...trend.lines.flatMap((line) => line.points), ...trend.limits];
  const highest = Math.max(1, ...heights.map((item) => coordinate(item.value)));
  return { days: trend.dates.map(toEpochDay), top: highest * 1.12 };
}

/** The rules, which lie under the lines, and their names, which lie over them on a halo. */
function limitLayers(trend: ParTrend, scales: Scales): [Layers, Layers] {
  const time = (scales.days[0] ?? 0) * MS_PER_DAY;
  const values = trend.limits.map((limit) => ({
    time,
    value: coordinate(limit.value),
    text: `${limit.label}: ${limit.shown}`,
  }));
  const y = heightAxis(scales);
  const label = { type: 'text', align: 'left', baseline: 'bottom', dx: 4, dy: -3, fontSize: 10.5 } as const;
  const encoding = { x: timeAxis(scales), y, text: { field: 'text', type: 'nominal' } } as const;
  return [
    [{ data: { values }, mark: { type: 'rule', color: MUTED, strokeDash: [5, 4] }, encoding: { y } }],
    [
      { data: { values }, mark: { ...label, stroke: PAPER, strokeWidth: 3, color: PAPER }, encoding },
      { data: { values }, mark: { ...label, color: MUTED }, encoding },
    ],
  ];
}

function lineLayer(line: TrendLine, index: number, scales: Scales): Layers[number] {
  const values = line.points.map((point) => ({
    time: toEpochDay(point.date) * MS_PER_DAY,
    value: coordinate(point.value),
  }));
  return {
    data: { values },
    mark: { type: 'line', color: COLOURS[index] ?? MUTED, strokeWidth: index === 0 ? 3 : 2 },
    encoding: { x: timeAxis(scales), y: heightAxis(scales) },
  };
}

/** The newest value of each line beside its end; labels that would touch are moved apart. */
function endLayers(lines: readonly TrendLine[], scales: Scales): Layers {
  const ends = lines.flatMap((line, index) => {
    const point = line.points.at(-1);
    return point ? [{ index, point, text: `${line.name} ${point.shown}` }] : [];
  });
  const heights = spreadOut(
    ends.map(({ point }) => coordinate(point.value)),
    scales.top * LABEL_GAP,
  );
  const axes = { x: timeAxis(scales), y: heightAxis(scales) };
  return ends.flatMap(({ index, point, text }, rank): Layers => {
    const time = toEpochDay(point.date) * MS_PER_DAY;
    const color = COLOURS[index] ?? MUTED;
    const dot = { type: 'point', filled: true, size: 45, color, opacity: 1 } as const;
    const label = { type: 'text', align: 'left', dx: 9, fontSize: 13, fontWeight: 'bold', color } as const;
    return [
      { data: { values: [{ time, value: coordinate(point.value) }] }, mark: dot, encoding: axes },
      {
        data: { values: [{ time, value: heights[rank] ?? 0, text }] },
        mark: label,
        encoding: { ...axes, text: { field: 'text', type: 'nominal' } },
      },
    ];
  });
}

/** The heights, at least `gap` apart: from the lowest up, each is raised as far as the one below it needs. */
export function spreadOut(heights: readonly number[], gap: number): number[] {
  const spread = [...heights];
  const upwards = heights.map((_, index) => index).toSorted((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  let free = Number.NEGATIVE_INFINITY;
  for (const index of upwards) {
    const height = Math.max(heights[index] ?? 0, free);
    spread[index] = height;
    free = height + gap;
  }
  return spread;
}

function timeAxis({ days }: Scales) {
  const [first = 0, last = 0] = [days[0], days.at(-1)];
  const domain = [first * MS_PER_DAY, last * MS_PER_DAY];
  return {
    field: 'time',
    type: 'temporal',
    scale: { type: 'utc', domain },
    axis: {
      title: null,
      grid: false,
      values: ticksOf(days).map((day) => day * MS_PER_DAY),
      format: last - first > MONTHS_FROM_DAYS ? '%b %Y' : '%e %b %Y',
      labelFlush: false,
      labelOverlap: false,
    },
  } as const;
}

function heightAxis({ top }: Scales) {
  const domain = [0, top];
  return {
    field: 'value',
    type: 'quantitative',
    scale: { domain },
    axis: { title: null, labelExpr: "datum.label + ' %'", tickCount: 5, domain: false, ticks: false },
  } as const;
}

/** At most TICKS dates, evenly chosen so that the newest is one of them. */
function ticksOf(days: readonly number[]): number[] {
  const step = Math.ceil(days.length / TICKS);
  return days.filter((_, index) => (days.length - 1 - index) % step === 0);
}
