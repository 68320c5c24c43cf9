import type { RunRecord } from '../runs/run-record.ts';
import { pointPast } from './latest-pointer.ts';
import { type LaterReportDeps, refreshLaterReports } from './refresh-later-reports.ts';
import { type SettleDeps, takeOutOfHistory } from './settle-history.ts';
import type { StageMessage } from './stage-message.ts';

export type ForgetDeps = LaterReportDeps & SettleDeps;

/**
 * A run that was accepted before is now rejected or rolled back, and its snapshot is out of the registry: its values leave the history
 * of the KPIs, its feed points to the newest run that is left, and reports that compared with it are published again.
 * Doing this twice does no harm.
 */
export async function forgetRun(run: RunRecord, deps: ForgetDeps): Promise<readonly StageMessage[]> {
  // It never had accepted rows.
  if (run.relation === undefined) return [];
  await takeOutOfHistory(run, deps);
  await pointPast(run, deps);
  return await refreshLaterReports(run, deps, 'was withdrawn');
}

/**
 * An attempt was overtaken while it published: what it has said meanwhile is not for it to say. If it was overtaken because
 * its file was withdrawn, nobody else comes back to what it has written since: this is looked for after it was written, and
 * whoever withdraws forgets after he has withdrawn, so that one of the two finds it.
 */
export async function forgetOvertaken(run: RunRecord, deps: ForgetDeps): Promise<readonly StageMessage[]> {
  await takeOutOfHistory(run, deps);
  const place = await deps.registry.find(run.runId);
  return place?.isRemoved === true ? await forgetRun(run, deps) : [];
}
