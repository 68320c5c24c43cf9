import { z } from 'zod';
import { ProblemCode } from '../domain/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { StageMessage } from './stage-message.ts';
import { compareStages, type Stage } from './stages.ts';

// The frame around the work of every queued stage: who may work, what is done about a message that comes twice
// or late, and how an error is kept before the queue retries it.

export type StageDeps = { ledger: RunLedger; clock: Clock; log: Log };

export type StageOutcome = {
  /** `done`: worked now. `repeated`: had been worked before. `stale`: not for this message any more. */
  readonly kind: 'done' | 'repeated' | 'stale';
  readonly next: readonly StageMessage[];
};

/** A run that a message names is not in the ledger. Retrying does not help, the poison handler reports it. */
export class RunUnknown extends Error {
  override readonly name = 'RunUnknown';
}

/** A newer attempt has begun: what this one computed must not be kept. */
export class AttemptOvertaken extends Error {
  override readonly name = 'AttemptOvertaken';
  /** Attempts of other runs that were begun on the way: they wait for their messages all the same. */
  readonly begun: readonly StageMessage[];
  constructor(message: string, begun: readonly StageMessage[] = []) {
    super(message);
    this.begun = begun;
  }
}

/** Does `work` after attempts of other runs were begun: their messages leave even if our own attempt is over. */
export async function afterBeginning<T>(begun: readonly StageMessage[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AttemptOvertaken)
      throw new AttemptOvertaken(error.message, [...begun, ...error.begun]);
    throw error;
  }
}

/**
 * Works one message. `work` does the stage and returns what follows; `resend` says what followed from work that
 * an earlier delivery finished, since it may have died before its own messages left. `resendOvertaken` says the same where the
 * run has gone on to another attempt: what was begun of other runs is waited for all the same.
 */
export async function workStage(
  message: StageMessage,
  deps: StageDeps,
  stage: {
    work(run: RunRecord): Promise<readonly StageMessage[]>;
    resend(run: RunRecord): Promise<readonly StageMessage[]>;
    resendOvertaken?(run: RunRecord): Promise<readonly StageMessage[]>;
  },
): Promise<StageOutcome> {
  const { ledger, clock, log } = deps;
  const found = await ledger.find(message.runId);
  if (found === undefined) throw new RunUnknown(`run ${message.runId} is not in the ledger`);
  const run = found.value;
  const fields = { ...runFacts(run), stage: message.stage, attempt: message.attempt };
  const isOurs = run.attempt === message.attempt && compareStages(run.stage, message.stage) >= 0;
  const isTurnedDown = run.status === 'rejected' || run.status === 'canceled';
  const isRejectedHere = isTurnedDown && run.stage === message.stage;
  const isDone =
    run.status === 'success' || isRejectedHere || (run.status === 'running' && run.stage !== message.stage);
  if (!isOurs || (run.status !== 'running' && !isDone)) {
    log.info('stage.skipped', { ...fields, reason: `the run is ${run.status} in attempt ${run.attempt}` });
    return { kind: 'stale', next: (await stage.resendOvertaken?.(run)) ?? [] };
  }
  if (isDone) {
    log.info('stage.skipped', { ...fields, reason: 'already done; what follows is sent again' });
    return { kind: 'repeated', next: await stage.resend(run) };
  }
  const startedAt = clock.now();
  log.info('stage.started', fields);
  try {
    const next = await stage.work(run);
    log.info('stage.completed', { ...fields, ms: clock.now().getTime() - startedAt.getTime() });
    return { kind: 'done', next };
  } catch (error) {
    if (error instanceof AttemptOvertaken) {
      log.info('stage.skipped', { ...fields, reason: error.message });
      return { kind: 'stale', next: error.begun };
    }
    await noteFailure(deps, run, message.stage, error);
    log.warn('stage.failed', { ...fields, error: describeError(error) });
    throw error;
  }
}

/** Changes the run as long as it is still at this stage of this attempt; throws AttemptOvertaken when it is not. */
export async function amendAttempt(
  ledger: RunLedger,
  seen: Pick<RunRecord, 'runId' | 'attempt' | 'stage'>,
  change: (run: RunRecord) => RunRecord,
): Promise<RunRecord> {
  const amended = await amendRun(ledger, seen.runId, (run) =>
    run.status === 'running' && run.attempt === seen.attempt && run.stage === seen.stage
      ? change(run)
      : undefined,
  );
  if (amended?.amended !== true) throw new AttemptOvertaken(`attempt ${seen.attempt} has been overtaken`);
  return amended.run;
}

/** The run with one more finished stage in its trail. */
export function withTrail(run: RunRecord, stage: Stage, startedAt: Date, completedAt: Date): RunRecord {
  const step = {
    stage,
    attempt: run.attempt,
    cause: run.cause,
    startedAt: startedAt.toISOString(),
    completedAt: completedAt.toISOString(),
  };
  return { ...run, trail: [...run.trail, step].slice(-50), updatedAt: step.completedAt };
}

/** Class and message of an error and its causes: enough for a person, without a stack or any cell of a file. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 500);
  const cause = error.cause === undefined ? '' : `, because ${describeError(error.cause)}`;
  return `${error.name}: ${error.message}${cause}`.slice(0, 1_000);
}

/** Errors that have a runbook of their own say so. */
function problemCodeOf(error: unknown): ProblemCode {
  const own = z.object({ problemCode: ProblemCode }).safeParse(error);
  return own.success ? own.data.problemCode : 'stage-failed';
}

async function noteFailure(
  { ledger, clock }: StageDeps,
  run: RunRecord,
  stage: Stage,
  error: unknown,
): Promise<void> {
  const at = clock.now().toISOString();
  const lastError = { stage, code: problemCodeOf(error), message: describeError(error), at };
  try {
    await amendRun(ledger, run.runId, (current) =>
      current.status === 'running' && current.attempt === run.attempt
        ? { ...current, lastError, updatedAt: at }
        : undefined,
    );
  } catch (secondError) {
    // The ledger is what failed, most likely: the first error matters more, and the queue will retry.
    throw new AggregateError([error, secondError], describeError(error), { cause: secondError });
  }
}
