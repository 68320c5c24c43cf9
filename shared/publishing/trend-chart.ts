import type { TopLevelSpec } from 'vega-lite';
import { toEpochDay } from '../domain/local-date.ts';
import type { KpiUnit } from '../kpis/kpi-result.ts';
import { CHART_SIZE, coordinate, FRAME, LINE_LOOKS, MUTED, PAPER } from './chart-look.ts';
import { type Point, placeLabels } from './label-places.ts';
import { DOCUMENTS, type Language } from './language/language.ts';
import type { Trend, TrendLine } from './trend.ts';

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];
type Scales = {
  readonly days: readonly number[];
  readonly bottom: number;
  readonly top: number;
  readonly unit: KpiUnit;
  readonly language: Language;
};

export type TrendLook = {
  readonly language?: Language;
  /** False: only the newest value stands at the end of a line, for lines with long names. */
  readonly areNamed?: boolean;
};

const MS_PER_DAY = 86_400_000;
const MONTHS_FROM_DAYS = 150;
const TICKS = 3;
/** Least distance of two labels, as a share of the height of the plot. */
const LABEL_GAP = 0.085;
const PADDING_TOP = 8;
/** Of the names of limits, in pixels; places are from the left to the right of the plot, distances from the rule. */
const LIMIT_LABEL = {
  fontSize: 10.5,
  letter: 5.45,
  height: 11,
  gap: 3,
  places: [0, 0.25, 0.5, 0.75, 1],
  distances: [3, 9, 15],
};

type PlotSize = { readonly width: number; readonly height: number };

/** A line for each KPI with its newest value at its end, and the limits as dashed rules with their names. */
export function trendSpec(
  trend: Trend,
  { language = DOCUMENTS, areNamed = true }: TrendLook = {},
): TopLevelSpec {
  const scales = scalesOf(trend, language);
  const padding = {
    left: trend.unit === 'percent' ? 40 : 48,
    right: areNamed ? 122 : 108,
    top: PADDING_TOP,
    bottom: 28,
  };
  const [rules, names] = limitLayers(trend, scales, {
    width: CHART_SIZE.width - padding.left - padding.right,
    height: CHART_SIZE.height - padding.top - padding.bottom,
  });
  return {
    ...FRAME,
    padding,
    layer: [
      ...rules,
      ...trend.lines.map((line, index) => lineLayer(line, index, scales)),
      ...names,
      ...endLayers(trend.lines, scales, areNamed),
    ],
  };
}

function scalesOf(trend: Trend, language: Language): Scales {
  const heights = [...trend.lines.flatMap((line) => line.points), ...trend.limits];
  const values = heights.map((item) => coordinate(item.value));
  // Shares and amounts below this are as good as nothing, and an axis needs a height.
  const least = trend.unit === 'fraction' || trend.unit === 'percent-per-day' ? 0.01 : 1;
  const highest = Math.max(least, ...values);
  const lowest = Math.min(0, ...values);
  return {
    days: trend.dates.map(toEpochDay),
    bottom: lowest * 1.12,
    top: highest * 1.12,
    unit: trend.unit,
    language,
  };
}

/** The rules, which lie under the lines, and their names, which lie over them on a halo. */
function limitLayers(trend: Trend, scales: Scales, plot: PlotSize): [Layers, Layers] {
  const values = trend.limits.map((limit) => ({ value: coordinate(limit.value) }));
  const labels = limitLabels(trend, scales, plot);
  const label = { type: 'text', align: 'left', baseline: 'middle', fontSize: LIMIT_LABEL.fontSize } as const;
  const y = heightAxis(scales);
  const encoding = { x: timeAxis(scales), y, text: { field: 'text', type: 'nominal' } } as const;
  return [
    [{ data: { values }, mark: { type: 'rule', color: MUTED, strokeDash: [5, 4] }, encoding: { y } }],
    [
      {
        data: { values: labels },
        mark: { ...label, stroke: PAPER, strokeWidth: 3, color: PAPER },
        encoding,
      },
      { data: { values: labels }, mark: { ...label, color: MUTED }, encoding },
    ],
  ];
}

/** Above or below its rule, where no line runs through the name. */
function limitLabels({ lines, limits }: Trend, { days, bottom, top }: Scales, plot: PlotSize) {
  const [first = 0, last = first + 1] = [days[0], days.at(-1)];
  const pointOf = (day: number, value: number): Point => ({
    x: ((day - first) / (last - first)) * plot.width,
    y: ((top - value) / (top - bottom)) * plot.height,
  });
  const rules = limits.map(({ value }) => [first, last].map((day) => pointOf(day, coordinate(value))));
  const drawn = lines.map(({ points }) =>
    points.map(({ date, value }) => pointOf(toEpochDay(date), coordinate(value))),
  );
  const texts = limits.map(({ label, shown }) => `${label}: ${shown}`);
  const candidates = rules.map(([start], index) => {
    const width = (texts[index] ?? '').length * LIMIT_LABEL.letter;
    const room = Math.max(0, plot.width - width - LIMIT_LABEL.gap);
    const y = start?.y ?? 0;
    return LIMIT_LABEL.distances.flatMap((distance) =>
      LIMIT_LABEL.places.flatMap((share) => {
        const left = LIMIT_LABEL.gap + share * room;
        return [y - distance - LIMIT_LABEL.height, y + distance].map((above) => ({
          left,
          right: left + width,
          top: above,
          bottom: above + LIMIT_LABEL.height,
        }));
      }),
    );
  });
  const picture = { left: 0, top: -PADDING_TOP, right: plot.width, bottom: plot.height };
  return placeLabels(candidates, { lines: [...drawn, ...rules], picture }).map((box, index) => ({
    time: (first + (box.left / plot.width) * (last - first)) * MS_PER_DAY,
    value: top - ((box.top + box.bottom) / 2 / plot.height) * (top - bottom),
    text: texts[index] ?? '',
  }));
}

function lineLayer(line: TrendLine, index: number, scales: Scales): Layers[number] {
  const values = line.points.map((point) => ({
    time: toEpochDay(point.date) * MS_PER_DAY,
    value: coordinate(point.value),
  }));
  const { color, width, dash } = lookOf(index);
  return {
    data: { values },
    mark: { type: 'line', color, strokeWidth: width, strokeDash: [...dash] },
    encoding: { x: timeAxis(scales), y: heightAxis(scales) },
  };
}

/** The newest value of each line beside its end; labels that would touch are moved apart. */
function endLayers(lines: readonly TrendLine[], scales: Scales, areNamed: boolean): Layers {
  const ends = lines.flatMap((line, index) => {
    const point = line.points.at(-1);
    return point ? [{ index, point, text: areNamed ? `${line.name} ${point.shown}` : point.short }] : [];
  });
  const heights = spreadOut(
    ends.map(({ point }) => coordinate(point.value)),
    (scales.top - scales.bottom) * LABEL_GAP,
  );
  const axes = { x: timeAxis(scales), y: heightAxis(scales) };
  return ends.flatMap(({ index, point, text }, rank): Layers => {
    const time = toEpochDay(point.date) * MS_PER_DAY;
    const { color } = lookOf(index);
    const dot = { type: 'point', filled: true, size: 45, color, opacity: 1 } as const;
    const label = {
      type: 'text',
      align: 'left',
      dx: 9,
      fontSize: areNamed ? 13 : 12,
      fontWeight: 'bold',
      color,
    } as const;
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

function lookOf(index: number): (typeof LINE_LOOKS)[number] {
  return LINE_LOOKS[index] ?? LINE_LOOKS[2];
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

function timeAxis({ days, language }: Scales) {
  const [first = 0, last = 0] = [days[0], days.at(-1)];
  const domain = [first * MS_PER_DAY, last * MS_PER_DAY];
  const { monthFormat, dayFormat } = language.words.chart;
  return {
    field: 'time',
    type: 'temporal',
    scale: { type: 'utc', domain },
    axis: {
      title: null,
      grid: false,
      values: ticksOf(days).map((day) => day * MS_PER_DAY),
      format: last - first > MONTHS_FROM_DAYS ? monthFormat : dayFormat,
      labelFlush: false,
      labelOverlap: false,
    },
  } as const;
}

function heightAxis({ bottom, top, unit }: Scales) {
  const domain = [bottom, top];
  const isPercent = unit === 'percent' || unit === 'percent-per-day';
  const look = isPercent ? ({ labelExpr: "datum.label + ' %'" } as const) : ({ format: '~s' } as const);
  return {
    field: 'value',
    type: 'quantitative',
    scale: { domain },
    axis: { title: null, ...(unit === 'fraction' ? {} : look), tickCount: 5, domain: false, ticks: false },
  } as const;
}

/** At most TICKS dates, evenly chosen so that the newest is one of them. */
function ticksOf(days: readonly number[]): number[] {
  const step = Math.ceil(days.length / TICKS);
  return days.filter((_, index) => (days.length - 1 - index) % step === 0);
}
