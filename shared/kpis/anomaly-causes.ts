import type { KpiResult } from './kpi-result.ts';

// KPIs that say the same thing in other words are one cause, so that a bad month is one thing to look into and not ten.
// Two belong together when the id of one continues that of the other (`risk.par_30_incl_writeoff` continues
// `risk.par_30`), or when they divide the very same numbers, now and at the date before; and so does whatever belongs to
// either of them.

/** A KPI and its value at the date before, if there is one. */
export type KpiWithPrevious = { readonly kpi: KpiResult; readonly previous: KpiResult | undefined };

/** The KPI that stands for a whole family, by the id of each member: one with limits, where there is one. */
export function familiesOf(kpis: readonly KpiWithPrevious[]): ReadonlyMap<string, string> {
  const ordered = kpis.toSorted((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1));
  const families = new Families(ordered.map(({ kpi }) => kpi.id));
  const withFigures = new Map<string, string>();
  for (const pair of ordered) {
    const { id } = pair.kpi;
    for (const { kpi } of ordered) if (id.startsWith(`${kpi.id}_`)) families.join(id, kpi.id);
    const figures = figuresOf(pair);
    if (figures === undefined) continue;
    const twin = withFigures.get(figures);
    if (twin === undefined) withFigures.set(figures, id);
    else families.join(id, twin);
  }
  return new Map(ordered.map(({ kpi }) => [kpi.id, families.headOf(kpi.id)]));
}

/** Sets that grow together; of each set the member that was named first is its head. */
class Families {
  readonly #heads: Map<string, string>;
  readonly #ranks: ReadonlyMap<string, number>;

  constructor(ids: readonly string[]) {
    this.#heads = new Map(ids.map((id) => [id, id]));
    this.#ranks = new Map(ids.map((id, rank) => [id, rank]));
  }

  headOf(id: string): string {
    return this.#heads.get(id) ?? id;
  }

  join(a: string, b: string): void {
    const [headA, headB] = [this.headOf(a), this.headOf(b)];
    const isFirst = (this.#ranks.get(headA) ?? 0) <= (this.#ranks.get(headB) ?? 0);
    const [head, other] = isFirst ? [headA, headB] : [headB, headA];
    for (const [id, current] of this.#heads) if (current === other) this.#heads.set(id, head);
  }
}

/** Limits first, then the plainest name. */
function rankOf({ kpi }: KpiWithPrevious): string {
  return [kpi.thresholds === undefined ? 1 : 0, String(kpi.id.length).padStart(3, '0'), kpi.id].join(' ');
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
