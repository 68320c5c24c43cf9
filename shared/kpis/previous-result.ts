import type { KpiResult } from './kpi-result.ts';

/** The same KPI, in the same dimension, at the newest earlier reporting date. */
export function previousOf(current: KpiResult, series: readonly KpiResult[]): KpiResult | undefined {
  const dimension = JSON.stringify(current.dimension);
  return series
    .filter(({ id, reportingDate }) => id === current.id && reportingDate < current.reportingDate)
    .filter((other) => JSON.stringify(other.dimension) === dimension)
    .toSorted((a, b) => (a.reportingDate < b.reportingDate ? 1 : -1))
    .at(0);
}
