import { KpiMart } from '../kpis/kpi-result.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { readOfAttempts } from './read-of-attempts.ts';
import {
  isPublishedOrAbout,
  type LaterReportDeps,
  publishAgain,
  publishingBecauseOf,
} from './refresh-later-reports.ts';
import { type RolledBackDeps, type RolledBackFile, rolledBackFiles } from './rolled-back-files.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import { amendAttempt } from './work-stage.ts';

// A file that counts for its day once more ends the notices of what had replaced it and was rolled back. The numbers of
// other reports stay as they are, so that nothing else has them published again.

export type ToldRollbackDeps = LaterReportDeps & RolledBackDeps;

/**
 * What the report of a run is to tell of. That is written down before it is looked for the last time: whoever ends a notice
 * later finds it there, and what was ended earlier is seen here.
 */
export async function rollbacksToTell(
  run: RunRecord,
  mart: KpiMart,
  deps: Pick<ToldRollbackDeps, 'ledger' | 'catalog'>,
): Promise<readonly RolledBackFile[]> {
  const { attempt } = run;
  let noted = run.toldRollbacks;
  for (;;) {
    const files = await rolledBackFiles(mart, deps);
    const told = { attempt, runIds: files.map((file) => file.runId) };
    if (files.length === 0 && (noted?.runIds ?? []).length === 0) return files;
    if (noted?.attempt === attempt && noted.runIds.join() === told.runIds.join()) return files;
    await amendAttempt(deps.ledger, run, (current) => ({ ...current, toldRollbacks: told }));
    noted = told;
  }
}

/**
 * Reports that tell of a rollback which is over are published again, each as a new attempt; all others are left alone, so that
 * this comes to an end. Doing it twice does no harm, and returns the messages that are still waited for.
 */
export async function refreshToldRollbacks(
  run: Pick<RunRecord, 'runId' | 'dataset' | 'asOf'>,
  deps: ToldRollbackDeps,
  runs?: readonly RunRecord[],
): Promise<readonly StageMessage[]> {
  const day = run.asOf === undefined ? '' : ` as of ${run.asOf}`;
  const cause = `the file of ${run.dataset}${day} counts again`;
  const messages: StageMessage[] = [];
  for (const other of (runs ?? (await deps.ledger.list())).filter(isPublishedOrAbout)) {
    if (other.runId === run.runId) continue;
    const begun = (await tellsOfMore(other, deps)) ? await publishAgain(other, cause, deps) : undefined;
    const waiting = begun ?? (await publishingBecauseOf(other, cause, deps));
    if (waiting !== undefined) messages.push(messageFor(waiting, 'publish'));
  }
  return messages;
}

/** Than is so by now. An attempt that has not written down yet what it tells of will see for itself. */
async function tellsOfMore(run: RunRecord, deps: ToldRollbackDeps): Promise<boolean> {
  const { attempt, runIds = [] } = run.toldRollbacks ?? {};
  if (runIds.length === 0 || (run.status === 'running' && attempt !== run.attempt)) return false;
  const body = await readOfAttempts(deps.lake, run, 'kpis.json');
  if (body === undefined) return false;
  const files = await rolledBackFiles(KpiMart.parse(body), deps);
  return runIds.some((told) => !files.some(({ runId }) => runId === told));
}
