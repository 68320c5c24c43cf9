import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import type { QueuedStage } from './stages.ts';
import { AttemptOvertaken } from './work-stage.ts';

const CHANGED_MEANWHILE = 'other files changed while it was checked';

/** The run in its next attempt. What ended the one before is not its fault. */
export function nextAttempt(run: RunRecord, stage: QueuedStage, cause: string, clock: Clock): RunRecord {
  const { completedAt: _completedAt, lastError: _lastError, ...rest } = run;
  return {
    ...rest,
    status: 'running',
    stage,
    attempt: run.attempt + 1,
    cause,
    updatedAt: clock.now().toISOString(),
  };
}

/**
 * One attempt has one end. Where a delivery finds that its attempt has met other files before, or come to another end,
 * neither can know what the other will still do: both are over, and the run is validated in a new attempt.
 */
export async function validateAnew(
  run: RunRecord,
  { ledger, clock, log }: { ledger: RunLedger; clock: Clock; log: Log },
): Promise<readonly StageMessage[]> {
  const amended = await amendRun(ledger, run.runId, (current) =>
    current.status === 'running' && current.stage === 'validate' && current.attempt === run.attempt
      ? nextAttempt(current, 'validate', CHANGED_MEANWHILE, clock)
      : undefined,
  );
  if (amended?.amended !== true) throw new AttemptOvertaken(`attempt ${run.attempt} has been overtaken`);
  log.info('run.refreshed', { ...runFacts(amended.run), cause: amended.run.cause });
  return [messageFor(amended.run, 'validate')];
}

/** The delivery that began such an attempt may have died before its message left. */
export function begunAnew(run: RunRecord): readonly StageMessage[] {
  const isWaiting = run.status === 'running' && run.stage === 'validate' && run.cause === CHANGED_MEANWHILE;
  return isWaiting ? [messageFor(run, 'validate')] : [];
}
