import type { DataBreaker, RunOutcome } from '../expectations/data-breaker.ts';
import { noteVerdict } from '../expectations/note-verdict.ts';
import type { Breakers } from '../ports/breakers.ts';
import type { Log } from '../ports/log.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord } from '../runs/run-record.ts';

export type CountDeps = { readonly breakers: Breakers; readonly log: Log };

/**
 * What an attempt has come to goes into the breaker of its dataset, and it is told if that opens or closes it. Doing this
 * twice does no harm.
 */
export async function countInBreaker(
  run: RunRecord,
  judged: Pick<RunOutcome, 'verdict' | 'isVolumeCollapse' | 'reason'>,
  deps: CountDeps,
): Promise<DataBreaker> {
  const { runId, attempt, contractVersion, dataset } = run;
  const outcome = { runId, attempt, contractVersion, landedAt: run.drop.landedAt, ...judged };
  const { events, state } = await noteVerdict({ dataset, outcome }, deps);
  for (const event of events) {
    const fields = { ...runFacts(run), breaker: event.name, reason: event.reason };
    if (event.kind === 'opened') deps.log.error('breaker.opened', fields);
    else deps.log.info('breaker.closed', fields);
  }
  return state;
}
