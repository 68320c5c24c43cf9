import type { KpiResult } from './kpi-result.ts';

/**
 * The same KPI, in the same dimension, at the newest earlier reporting date. Only from the same model: receivables
 * of the tape and principal of the PAR file differ though nothing has changed.
 */
export function previousOf(current: KpiResult, series: readonly KpiResult[]): KpiResult | undefined {
  const dimension = JSON.stringify(current.dimension);
  return series
    .filter(({ id, model }) => id === current.id && model === current.model)
    .filter(({ reportingDate }) => reportingDate < current.reportingDate)
    .filter((other) => JSON.stringify(other.dimension) === dimension)
    .toSorted((a, b) => (a.reportingDate < b.reportingDate ? 1 : -1))
    .at(0);
}
