import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';

/** The time series of all KPIs over all runs: of several results for one reporting date the best founded stands. */
export interface KpiHistory {
  /** Idempotent. `landedAt` settles between two books of equal standing: the file that landed later counts. */
  record(mart: KpiMart, landedAt: string): Promise<void>;
  /** Results of one KPI version at all reporting dates, oldest first. */
  seriesOf(kpi: { id: string; version: number }): Promise<readonly KpiResult[]>;
}
