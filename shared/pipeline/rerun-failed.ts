import type { DatasetId, RunId } from '../domain/ids.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { LogLevel } from '../ports/log.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type RerunDeps, type RerunPlan, rerun } from './rerun.ts';
import type { StageMessage } from './stage-message.ts';
import { QueuedStage, type Stage } from './stages.ts';
import { describeError } from './work-stage.ts';

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
  const first = failed.toReversed().slice(0, MOST_AT_ONCE);
  const known = first.length === 0 ? deps : await withSnapshots(deps);
  let left = failed.length;
  for (const run of first) {
    const { runId } = run;
    left -= 1;
    try {
      const outcome = await rerun({ runId, from: stageFor(run), reason, dryRun, logLevel }, known);
      if (outcome.kind === 'impossible') impossible.push({ runId, why: outcome.why });
      if (outcome.kind === 'planned' || outcome.kind === 'started')
        runs.push({ ...outcome.plan, dataset: run.dataset });
      if (outcome.kind === 'started') next.push(...outcome.next);
    } catch (error) {
      // The messages leave with the answer alone: without them those that were begun would wait for ever.
      if (next.length === 0) throw error;
      deps.log.error('stage.failed', { stage: 'http', runId, error: describeError(error) });
      impossible.push({
        runId,
        why: 'it broke, and nothing after it was tried; look at the run and ask again',
      });
      break;
    }
  }
  return { plan: { runs, impossible, left }, next };
}

/** All of them are read once, and not for each run. */
async function withSnapshots(deps: RerunDeps): Promise<RerunDeps> {
  const snapshots = await deps.registry.all();
  return { ...deps, registry: { all: () => Promise.resolve(snapshots) } };
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
