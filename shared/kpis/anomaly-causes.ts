import type { KpiResult } from './kpi-result.ts';

// KPIs that say the same thing in other words are one cause, so that a bad month is one thing to look into and not ten.
// Two belong together when the id of one continues that of the other (`risk.par_30_incl_writeoff` continues
// `risk.par_30`), or when they divide the very same numbers.

/** The KPI that stands for a whole family, by the id of each member. */
export function familiesOf(kpis: readonly KpiResult[]): ReadonlyMap<string, string> {
  const ids = kpis.map(({ id }) => id).toSorted();
  const families = new Map<string, string>();
  const sameFigures = new Map<string, string>();
  for (const id of ids) {
    const kpi = kpis.find((candidate) => candidate.id === id);
    const root = ids.find((other) => id.startsWith(`${other}_`)) ?? id;
    const figures = kpi && figuresOf(kpi);
    const family = (figures && sameFigures.get(figures)) ?? families.get(root) ?? root;
    families.set(id, family);
    if (figures !== undefined && !sameFigures.has(figures)) sameFigures.set(figures, family);
  }
  return families;
}

/** Undefined where equal figures mean nothing: sums, and what has no value or is zero. */
function figuresOf({ numerator, denominator, reportingDate, direction }: KpiResult): string | undefined {
  if (numerator === null || denominator === null || /^-?[0.]+$/.test(numerator)) return undefined;
  return [reportingDate, direction, numerator, denominator].join(' ');
}
