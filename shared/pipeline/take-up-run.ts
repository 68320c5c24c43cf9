import { asOfInName } from '../decode/as-of-finder.ts';
import { parseLocalDate } from '../domain/local-date.ts';
import type { Clock } from '../ports/clock.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';

/**
 * The run is there already. From this very landing: it is carried on with. From another one with the same
 * content: a run that did not come to a verdict gets a new attempt, one that is only claimed is taken over, since
 * its own delivery may have died, and any other is pointed to.
 */
export async function takeUp(
  run: RunRecord,
  draft: RunRecord,
  { ledger, clock }: { ledger: RunLedger; clock: Clock },
): Promise<{ run: RunRecord; isDuplicate: boolean }> {
  if (run.drop.path === draft.drop.path && run.drop.etag === draft.drop.etag) {
    return { run, isDuplicate: false };
  }
  const now = clock.now().toISOString();
  let isDuplicate = false;
  const amended = await amendRun(ledger, run.runId, (current) => {
    const cause = causeToTryAgain(current, draft);
    const isClaimed = current.status === 'running' && current.stage === 'ingest';
    isDuplicate = cause === undefined && !isClaimed;
    if (cause !== undefined) return newAttempt(current, draft, { cause, now });
    if (isClaimed) return { ...current, drop: draft.drop, updatedAt: now };
    return { ...current, duplicates: current.duplicates + 1, updatedAt: now };
  });
  return { run: amended?.run ?? run, isDuplicate };
}

function causeToTryAgain(run: RunRecord, draft: RunRecord): string | undefined {
  if (run.status === 'failed' || run.status === 'canceled') return 'dropped again after a failure';
  const lackedDay = run.status === 'rejected' && run.problems.some(({ code }) => code === 'no-as-of');
  const hasDay =
    draft.requestedAsOf !== undefined || asOfInName(draft.drop.path, parseLocalDate) !== undefined;
  return lackedDay && hasDay ? 'dropped again with its day' : undefined;
}

function newAttempt(
  run: RunRecord,
  { drop, requestedAsOf, logLevel }: RunRecord,
  { cause, now }: { cause: string; now: string },
): RunRecord {
  const { completedAt: _, ...rest } = run;
  return {
    ...rest,
    ...(requestedAsOf !== undefined && { requestedAsOf }),
    ...(logLevel !== undefined && { logLevel }),
    status: 'running',
    stage: run.rawPath === undefined ? 'ingest' : 'validate',
    drop,
    attempt: run.attempt + 1,
    cause,
    problems: [],
    updatedAt: now,
  };
}
