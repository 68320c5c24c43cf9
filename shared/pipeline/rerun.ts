import type { RunId } from '../domain/ids.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogLevel } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { hasKpis } from './has-kpis.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import { compareStages, type QueuedStage, STAGES } from './stages.ts';

// A new attempt of a run from a stage on, on an operator's word.

export type RerunPlan = {
  readonly runId: RunId;
  readonly attempt: number;
  readonly kept: readonly string[];
  readonly redone: readonly string[];
};

export type RerunOutcome =
  | { readonly kind: 'unknown' }
  /** The stages before the wished one have left nothing to work on. */
  | { readonly kind: 'impossible'; readonly why: string }
  | { readonly kind: 'planned'; readonly plan: RerunPlan }
  | { readonly kind: 'started'; readonly plan: RerunPlan; readonly next: readonly StageMessage[] };

export type RerunDeps = {
  ledger: RunLedger;
  registry: Pick<SnapshotRegistry, 'all'>;
  catalog(): Promise<Catalog>;
  clock: Clock;
  log: Log;
};

export async function rerun(
  input: {
    runId: RunId;
    from: QueuedStage;
    reason: string;
    dryRun: boolean;
    logLevel?: LogLevel | undefined;
  },
  deps: RerunDeps,
): Promise<RerunOutcome> {
  const found = await deps.ledger.find(input.runId);
  if (found === undefined) return { kind: 'unknown' };
  const left = await whatIsLeft(found.value, deps);
  const why = notPossible(found.value, input.from, left);
  if (why !== undefined) return { kind: 'impossible', why };
  if (input.dryRun)
    return { kind: 'planned', plan: planOf(found.value, input.from, found.value.attempt + 1) };
  const amended = await amendRun(deps.ledger, input.runId, (run) =>
    notPossible(run, input.from, left) === undefined ? newAttempt(run, input, deps.clock) : undefined,
  );
  if (amended?.amended !== true)
    return { kind: 'impossible', why: 'the run changed meanwhile; look at it again' };
  const { run } = amended;
  deps.log.info('run.rerun', { ...runFacts(run), stage: input.from, reason: input.reason });
  return { kind: 'started', plan: planOf(run, input.from, run.attempt), next: [messageFor(run, input.from)] };
}

type Left = {
  /** Its rows are in the books. A run that was rejected after an accepted attempt still has its staged file. */
  readonly isAccepted: boolean;
  readonly hasKpis: boolean;
};

async function whatIsLeft(run: RunRecord, deps: RerunDeps): Promise<Left> {
  const snapshots = await deps.registry.all();
  return {
    isAccepted: snapshots.some(({ runId }) => runId === run.runId),
    hasKpis: hasKpis(run, await deps.catalog()),
  };
}

function notPossible(run: RunRecord, from: QueuedStage, left: Left): string | undefined {
  if (run.contractVersion === 0 || run.rawPath === undefined) {
    return 'its file was never accepted by a contract; drop it again where it belongs';
  }
  if (from === 'validate') return undefined;
  if (run.rolledBack !== undefined)
    return `${run.rolledBack.by} has rolled its file back; rerun it from validate if it was right after all`;
  if (run.stagingPath === undefined) return 'it has no staged rows; rerun it from validate';
  if (!left.isAccepted) return 'its rows were not accepted, so that no book has them; rerun it from validate';
  if (from === 'compute' && !left.hasKpis)
    return 'there is nothing to compute from its rows alone; rerun it from validate or from publish';
  if (from === 'publish' && left.hasKpis && run.bookId === undefined)
    return 'it has no KPIs; rerun it from compute';
  return undefined;
}

function newAttempt(
  run: RunRecord,
  input: { from: QueuedStage; reason: string; logLevel?: LogLevel | undefined },
  clock: Clock,
): RunRecord {
  const { completedAt: _completed, lastError: _error, logLevel: _level, rolledBack: _back, ...rest } = run;
  return {
    ...rest,
    status: 'running',
    stage: input.from,
    attempt: run.attempt + 1,
    cause: `rerun from ${input.from}: ${input.reason}`,
    ...(input.logLevel !== undefined && { logLevel: input.logLevel }),
    problems:
      input.from === 'validate' ? [] : run.problems.filter(({ code }) => code !== run.lastError?.code),
    updatedAt: clock.now().toISOString(),
  };
}

function planOf(run: RunRecord, from: QueuedStage, attempt: number): RerunPlan {
  const stages = STAGES.map(({ stage }) => stage);
  return {
    runId: run.runId,
    attempt,
    kept: stages.filter((stage) => compareStages(stage, from) < 0),
    redone: stages.filter((stage) => compareStages(stage, from) >= 0),
  };
}
