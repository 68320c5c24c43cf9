import type { DatasetId, RunId } from '../domain/ids.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { LogLevel } from '../ports/log.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type RerunDeps, type RerunPlan, rerun } from './rerun.ts';
import type { StageMessage } from './stage-message.ts';
import { QueuedStage, type Stage } from './stages.ts';

// After an outage: every run that failed by it, each from the stage in which it failed. What was rejected is not in
// here, since its data is at fault.

/** Which of those that failed; all of them without. */
export type FailedFilter = {
  readonly dataset?: DatasetId | undefined;
  /** What the failure is called, such as `stage-failed`. */
  readonly problem?: ProblemCode | undefined;
  readonly stage?: Stage | undefined;
  /** Failed at that instant or later. */
  readonly since?: string | undefined;
};

export type RerunFailedPlan = {
  readonly runs: readonly (RerunPlan & Pick<RunRecord, 'dataset'>)[];
  readonly impossible: readonly { readonly runId: RunId; readonly why: string }[];
  /** Failed runs that the filter fits too, left for the next request. */
  readonly left: number;
};
export type RerunFailedOutcome = {
  readonly plan: RerunFailedPlan;
  readonly next: readonly StageMessage[];
};

/** One answer has to say what became of each of them. */
const MOST_AT_ONCE = 200;

export async function rerunFailed(
  input: FailedFilter & {
    readonly reason: string;
    readonly dryRun: boolean;
    readonly logLevel?: LogLevel | undefined;
  },
  deps: RerunDeps,
): Promise<RerunFailedOutcome> {
  const { dataset, reason, dryRun, logLevel } = input;
  const failed = (await deps.ledger.list({ status: 'failed', dataset })).filter((run) => isMeant(run, input));
  const runs: RerunFailedPlan['runs'][number][] = [];
  const impossible: RerunFailedPlan['impossible'][number][] = [];
  const next: StageMessage[] = [];
  // Oldest first, so that they follow one another as they did.
  for (const run of failed.toReversed().slice(0, MOST_AT_ONCE)) {
    const { runId } = run;
    const outcome = await rerun({ runId, from: stageFor(run), reason, dryRun, logLevel }, deps);
    if (outcome.kind === 'impossible') impossible.push({ runId, why: outcome.why });
    if (outcome.kind === 'planned' || outcome.kind === 'started')
      runs.push({ ...outcome.plan, dataset: run.dataset });
    if (outcome.kind === 'started') next.push(...outcome.next);
  }
  return { plan: { runs, impossible, left: Math.max(0, failed.length - MOST_AT_ONCE) }, next };
}

function isMeant({ lastError, stage, updatedAt }: RunRecord, filter: FailedFilter): boolean {
  return (
    (filter.problem === undefined || lastError?.code === filter.problem) &&
    (filter.stage === undefined || (lastError?.stage ?? stage) === filter.stage) &&
    (filter.since === undefined || Date.parse(lastError?.at ?? updatedAt) >= Date.parse(filter.since))
  );
}

/** Where it failed. What was taken in is not taken in again. */
function stageFor({ lastError, stage }: RunRecord): QueuedStage {
  return QueuedStage.catch('validate').parse(lastError?.stage ?? stage);
}
