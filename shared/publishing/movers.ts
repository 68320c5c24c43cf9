import { compare, type Rational, rational } from '../domain/rational.ts';
import type { KpiRow } from './kpi-row.ts';

const MOST_MOVERS = 8;

/** The largest changes relative to what was, of numbers that can be compared. */
export function moversOf(rows: readonly KpiRow[]): KpiRow[] {
  return rows
    .filter(({ change }) => change?.relative !== undefined && change.course !== 'unchanged')
    .toSorted((a, b) => compare(sizeOf(b), sizeOf(a)))
    .slice(0, MOST_MOVERS);
}

function sizeOf({ change }: KpiRow): Rational {
  const { numerator, denominator } = change?.relative ?? rational(0);
  return { numerator: numerator < 0n ? -numerator : numerator, denominator };
}
