import { type Rational, rational } from '../domain/rational.ts';
import type { KpiResult, KpiUnit } from './kpi-result.ts';

// What is watched, and from when on it is worth a word. By unit and not KPI by KPI, so that a new definition is watched
// without being listed; a status against limits is always said, whatever the unit.

/** A move of more than a fifth of the value before. */
export const CHANGE_LIMIT = rational('0.2');

/** More than four standard deviations from the mean of what was before, of which there are at least eight. */
export const OUTLIER_LIMIT = 4n;
export const FEWEST_POINTS = 8;

/** A month in which everything moves is not told KPI by KPI; those with limits are always told. */
export const MOST_CHANGES_WITHOUT_LIMITS = 10;

type Watch = {
  /** A smaller move, in the KPI's own unit, is too small to matter: PAR of 0.01 % may double. */
  readonly floor: Rational;
  /** Sums move with the business: only a step out of all proportion is worth a word. */
  readonly rules: readonly ('change' | 'outlier')[];
};

/** Counts are not watched: they grow with the book, and what matters about them is in a ratio. */
const WATCHED: Readonly<Record<KpiUnit, Watch | undefined>> = {
  percent: { floor: rational('0.1'), rules: ['change', 'outlier'] },
  'percent-per-day': { floor: rational('0.1'), rules: ['change', 'outlier'] },
  fraction: { floor: rational('0.001'), rules: ['change', 'outlier'] },
  index: { floor: rational('0.1'), rules: ['change', 'outlier'] },
  score: { floor: rational('0.1'), rules: ['change', 'outlier'] },
  times: { floor: rational('0.1'), rules: ['change', 'outlier'] },
  days: { floor: rational('1'), rules: ['change', 'outlier'] },
  months: { floor: rational('0.1'), rules: ['change', 'outlier'] },
  usd: { floor: rational('1'), rules: ['outlier'] },
  count: undefined,
};

/** Growth is a change itself: that it changes by a fifth says nothing. */
const CHANGES = /^growth\./;

/** A value that is not ripe yet is far from ripe ones as a matter of course. */
export function watchOf({ id, unit, ripens }: Pick<KpiResult, 'id' | 'unit' | 'ripens'>): Watch | undefined {
  const watch = ripens === true ? undefined : WATCHED[unit];
  return watch && CHANGES.test(id)
    ? { ...watch, rules: watch.rules.filter((rule) => rule !== 'change') }
    : watch;
}
