import type { KpiResult } from './kpi-result.ts';

// KPIs that say the same thing in other words are one cause, so that a bad month is one thing to look into and not ten.
// Two belong together when the id of one continues that of the other (`risk.par_30_incl_writeoff` continues
// `risk.par_30`), or when they divide the very same numbers, now and at the date before.

/** A KPI and its value at the date before, if there is one. */
export type KpiWithPrevious = { readonly kpi: KpiResult; readonly previous: KpiResult | undefined };

/** The KPI that stands for a whole family, by the id of each member: one with limits, where there is one. */
export function familiesOf(kpis: readonly KpiWithPrevious[]): ReadonlyMap<string, string> {
  const ordered = kpis.toSorted((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1));
  const ids = ordered.map(({ kpi }) => kpi.id);
  const families = new Map<string, string>();
  const sameFigures = new Map<string, string>();
  for (const pair of ordered) {
    const figures = figuresOf(pair);
    if (figures !== undefined && !sameFigures.has(figures)) sameFigures.set(figures, pair.kpi.id);
  }
  for (const pair of ordered) {
    const root = rootOf(pair.kpi.id, ids);
    const ofRoot = ordered.find(({ kpi }) => kpi.id === root) ?? pair;
    families.set(pair.kpi.id, twinOf(pair, sameFigures) ?? twinOf(ofRoot, sameFigures) ?? root);
  }
  return families;
}

/** The KPI that has the same figures and comes first, unless it is the KPI itself. */
function twinOf(pair: KpiWithPrevious, sameFigures: ReadonlyMap<string, string>): string | undefined {
  const figures = figuresOf(pair);
  const first = figures === undefined ? undefined : sameFigures.get(figures);
  return first === pair.kpi.id ? undefined : first;
}

/** The shortest id that this one continues, or itself. */
function rootOf(id: string, ids: readonly string[]): string {
  const shorter = ids.filter((other) => id.startsWith(`${other}_`));
  return shorter.toSorted((a, b) => a.length - b.length).at(0) ?? id;
}

function rankOf({ kpi }: KpiWithPrevious): string {
  return `${kpi.thresholds === undefined ? 1 : 0} ${kpi.id}`;
}

/** Undefined where equal figures mean nothing: sums, and what has no value, no past or is zero. */
function figuresOf({ kpi, previous }: KpiWithPrevious): string | undefined {
  const { numerator, denominator, reportingDate, direction } = kpi;
  if (previous === undefined || numerator === null || denominator === null) return undefined;
  if (/^-?[0.]+$/.test(numerator)) return undefined;
  return [reportingDate, direction, numerator, denominator, previous.numerator, previous.denominator].join(
    ' ',
  );
}
