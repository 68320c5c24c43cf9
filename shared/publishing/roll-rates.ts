import type { TopLevelSpec } from 'vega-lite';
import { compare, divide, multiply, type Rational, rational } from '../domain/rational.ts';
import type { DerivedTable } from '../kpis/kpi-result.ts';
import { CHART_SIZE, FRAME, INK, MUTED } from './chart-look.ts';
import type { Language } from './language/language.ts';
import { rowsOf } from './table-cells.ts';

/** Where the balance of each state went until the next date, in percent of what it was. */
export type RollRates = {
  readonly date: string;
  readonly states: readonly string[];
  readonly targets: readonly string[];
  /** By state and target; undefined where a state had nothing. */
  readonly shares: readonly (readonly (Rational | undefined)[])[];
};

const HUNDRED = rational(100);

/** Of the newest pair of dates. */
export function rollRatesOf(table: DerivedTable): RollRates | undefined {
  const rows = rowsOf(table);
  const date = rows
    .map((row) => row.text('reporting_date') ?? '')
    .toSorted()
    .at(-1);
  const newest = rows.filter((row) => row.text('reporting_date') === date);
  const states = inOrder(newest.map((row) => row.text('from_state') ?? ''));
  const targets = inOrder(newest.map((row) => row.text('to_state') ?? ''));
  if (date === undefined || states.length === 0) return undefined;
  const shares = states.map((from) => {
    const ofState = newest.filter((row) => row.text('from_state') === from);
    return targets.map((to) => {
      const balance = ofState.find((row) => row.text('to_state') === to)?.number('balance');
      const whole = sum(ofState.map((row) => row.number('balance') ?? rational(0)));
      return divide(multiply(balance ?? rational(0), HUNDRED), whole);
    });
  });
  return { date, states, targets, shares };
}

/** The states of a balance, the best first; any other name comes after them. */
const STATES = ['0-6', '7-29', '30-59', '60-89', '90-180', 'written_off', 'closed'];

function inOrder(names: readonly string[]): string[] {
  const rank = (name: string): number => {
    const known = STATES.indexOf(name);
    return known < 0 ? STATES.length : known;
  };
  return [...new Set(names)].toSorted((a, b) => rank(a) - rank(b));
}

function sum(values: readonly Rational[]): Rational {
  return values.reduce(
    (a, b) => ({
      numerator: a.numerator * b.denominator + b.numerator * a.denominator,
      denominator: a.denominator * b.denominator,
    }),
    rational(0),
  );
}

export function stateName(state: string, { words }: Language): string {
  return Object.entries(words.chart.state).find(([name]) => name === state)?.[1] ?? state;
}

/** From nothing to all: each with the colour of the text that can be read on it, in either scheme. */
const STEPS = [
  { upTo: rational(0), ground: '#f3f6f9', text: '#4b5766' },
  { upTo: rational(5), ground: '#dbe8f3', text: '#1b2430' },
  { upTo: rational(20), ground: '#b4d0e7', text: '#1b2430' },
  { upTo: rational(50), ground: '#7fb0d6', text: '#1b2430' },
  { upTo: rational(80), ground: '#256899', text: '#ffffff' },
  { upTo: HUNDRED, ground: '#123f63', text: '#ffffff' },
];

/** A cell for each pair of states, with its number in it, so that no colour is needed to read it. */
export function rollSpec(rates: RollRates, language: Language): TopLevelSpec {
  const { words } = language;
  const values = rates.shares.flatMap((targets, row) =>
    targets.flatMap((share, column) => {
      if (share === undefined) return [];
      const look = STEPS.find(({ upTo }) => compare(share, upTo) <= 0) ?? STEPS[0];
      return [{ row, column, shown: language.number(share, 1), ground: look?.ground, ink: look?.text }];
    }),
  );
  const at = {
    y: { field: 'row', type: 'ordinal', axis: null },
    x: { field: 'column', type: 'ordinal', axis: null },
  } as const;
  const names = (states: readonly string[], key: 'row' | 'column') =>
    states.map((state, index) => ({ [key]: index, name: stateName(state, language) }));
  return {
    ...FRAME,
    height: CHART_SIZE.height + 30,
    padding: { left: 70, right: 2, top: 46, bottom: 2 },
    data: { values },
    layer: [
      {
        mark: { type: 'rect', stroke: 'var(--chart-paper, #ffffff)', strokeWidth: 2 },
        encoding: { ...at, color: { field: 'ground', type: 'nominal', scale: null } },
      },
      {
        mark: { type: 'text', fontSize: 11.5 },
        encoding: {
          ...at,
          text: { field: 'shown', type: 'nominal' },
          color: { field: 'ink', type: 'nominal', scale: null },
        },
      },
      {
        data: { values: names(rates.states, 'row') },
        mark: { type: 'text', align: 'right', fontSize: 11, color: INK, dx: -6 },
        encoding: { y: at.y, x: { value: 0 }, text: { field: 'name', type: 'nominal' } },
      },
      {
        data: { values: names(rates.targets, 'column') },
        mark: { type: 'text', fontSize: 10, color: INK, dy: -9 },
        encoding: { x: at.x, y: { value: 0 }, text: { field: 'name', type: 'nominal' } },
      },
      {
        data: { values: [{ name: `${words.chart.rollTo} →` }] },
        mark: { type: 'text', align: 'left', fontSize: 11.5, color: MUTED, dy: -30 },
        encoding: { x: { value: 0 }, y: { value: 0 }, text: { field: 'name', type: 'nominal' } },
      },
      {
        data: { values: [{ name: `${words.chart.rollFrom} ↓` }] },
        mark: { type: 'text', align: 'right', fontSize: 11.5, color: MUTED, dx: -6, dy: -9 },
        encoding: { x: { value: 0 }, y: { value: 0 }, text: { field: 'name', type: 'nominal' } },
      },
    ],
  };
}

export const ROLL_SIZE = { width: CHART_SIZE.width, height: CHART_SIZE.height + 30 };
