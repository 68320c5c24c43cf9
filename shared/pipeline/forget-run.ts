import type { KpiHistory } from '../ports/kpi-history.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { pointPast } from './latest-pointer.ts';
import { type LaterReportDeps, refreshLaterReports } from './refresh-later-reports.ts';
import type { StageMessage } from './stage-message.ts';

export type ForgetDeps = LaterReportDeps & {
  registry: SnapshotRegistry;
  history: Pick<KpiHistory, 'forget'>;
};

/**
 * A run that was accepted before is now rejected, and its snapshot is out of the registry: its values leave the history
 * of the KPIs, its feed points to the newest run that is left, and reports that compared with it are published again.
 * Doing this twice does no harm.
 */
export async function forgetRun(run: RunRecord, deps: ForgetDeps): Promise<readonly StageMessage[]> {
  // It never had accepted rows.
  if (run.relation === undefined) return [];
  await deps.history.forget(run.runId);
  await pointPast(run, deps);
  return await refreshLaterReports(run, deps, 'was withdrawn');
}
