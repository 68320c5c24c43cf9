import type { RunId } from '../domain/ids.ts';
import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';

/** The time series of all KPIs over all runs: of several results for one reporting date the best founded stands. */
export interface KpiHistory {
  /**
   * The results of the run are now exactly those of the mart, unless a later attempt has said more. Idempotent. Between
   * two books of equal standing it counts whose file landed later, then whose contract is newer. Returns how many results were added, changed or taken
   * out.
   */
  record(
    mart: KpiMart,
    run: { landedAt: string; contractVersion?: number | undefined; runId: RunId; attempt: number },
  ): Promise<number>;
  /**
   * The run is withdrawn: what stood behind its results stands again. What a later attempt has said stays. Returns how many
   * were taken out.
   */
  forget(run: { runId: RunId; attempt: number }): Promise<number>;
  /**
   * Results of one KPI version at all reporting dates, oldest first. Only those read from the one model: another
   * model measures another quantity under the same name.
   */
  seriesOf(kpi: Pick<KpiResult, 'id' | 'version' | 'model'>): Promise<readonly KpiResult[]>;
}
