import type { RunId } from '../domain/ids.ts';
import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';

/** The time series of all KPIs over all runs: of several results for one reporting date the best founded stands. */
export interface KpiHistory {
  /**
   * Idempotent. Between two books of equal standing the run decides whose file landed later. Returns how many
   * results were new or better founded than what was there.
   */
  record(mart: KpiMart, run: { landedAt: string; runId: RunId }): Promise<number>;
  /**
   * Results of one KPI version at all reporting dates, oldest first. Only those read from the one model: another
   * model measures another quantity under the same name.
   */
  seriesOf(kpi: Pick<KpiResult, 'id' | 'version' | 'model'>): Promise<readonly KpiResult[]>;
}
