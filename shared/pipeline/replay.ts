import { type Contract, contractLabel } from '../contracts/contract.ts';
import { CONTRACTS, newestVersionOf } from '../contracts/registry.ts';
import type { RunId } from '../domain/ids.ts';
import { traceparentOf } from '../domain/trace.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lake } from '../ports/lake.ts';
import type { Log } from '../ports/log.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord, RunStatus } from '../runs/run-record.ts';
import { runOfFile } from './run-of-file.ts';
import { messageFor, type StageMessage } from './stage-message.ts';

// The raw file of a run is judged by the newest version of its contract. That is another run, since the version is part
// of what a run is named by; the old one stays as it is, and the new one supersedes it if it is accepted.

export type ReplayPlan = {
  /** The new run. */
  readonly runId: RunId;
  readonly replayOf: RunId;
  readonly contract: string;
  readonly fromVersion: number;
  readonly toVersion: number;
  /** What has become of the new run, where it is there already: from an earlier replay, or a drop after the release. */
  readonly status: RunStatus | undefined;
};

export type ReplayOutcome =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'impossible'; readonly why: string }
  | { readonly kind: 'planned'; readonly plan: ReplayPlan }
  /** `exists`: the new run was there before; its message is sent again as long as it waits for one. */
  | {
      readonly kind: 'started' | 'exists';
      readonly plan: ReplayPlan;
      readonly next: readonly StageMessage[];
    };

export type ReplayDeps = {
  ledger: RunLedger;
  lake: Lake;
  clock: Clock;
  log: Log;
  /** Those that are released, unless somebody wants to see what others would lead to. */
  contracts?: readonly Contract[];
};

export async function replay(
  input: { runId: RunId; reason: string; dryRun: boolean },
  deps: ReplayDeps,
): Promise<ReplayOutcome> {
  const run = (await deps.ledger.find(input.runId))?.value;
  if (run === undefined) return { kind: 'unknown' };
  const target = await targetOf(run, deps);
  if ('why' in target) return { kind: 'impossible', why: target.why };
  const replayed = replayOf(run, target.contract, input.reason, deps.clock);
  if (input.dryRun) {
    const there = await deps.ledger.find(replayed.runId);
    return { kind: 'planned', plan: planOf(run, replayed, there?.value.status) };
  }
  const claim = await deps.ledger.claim(replayed);
  if (claim.kind === 'exists') {
    return { kind: 'exists', plan: planOf(run, replayed, claim.run.status), next: waitingFor(claim.run) };
  }
  deps.log.info('run.replayed', {
    ...runFacts(replayed),
    replayOf: run.runId,
    contract: contractLabel(target.contract),
    reason: input.reason,
  });
  return {
    kind: 'started',
    plan: planOf(run, replayed, undefined),
    next: [messageFor(replayed, 'validate')],
  };
}

/** The contract to replay under, or why that cannot be. */
async function targetOf(
  run: RunRecord,
  { lake, contracts = CONTRACTS }: ReplayDeps,
): Promise<{ contract: Contract } | { why: string }> {
  if (run.contractVersion === 0)
    return { why: 'its file was never accepted by a contract; drop it again where it belongs' };
  if (run.status === 'running') return { why: 'it is still running; wait until it has ended' };
  if (run.rolledBack !== undefined)
    return {
      why: `${run.rolledBack.by} has rolled it back; rerun it from validate if it was right after all`,
    };
  const contract = newestVersionOf(run.contract, contracts);
  if (contract === undefined || contract.version <= run.contractVersion) {
    return {
      why: `${run.contract}@${run.contractVersion}, which it was judged by, is the newest version of its contract; to have the file judged again by it, rerun the run from validate`,
    };
  }
  if (run.rawPath === undefined || (await lake.stat('raw', run.rawPath)) === undefined)
    return { why: 'its raw file is not there; drop the file again' };
  return { contract };
}

function replayOf(run: RunRecord, contract: Contract, reason: string, clock: Clock): RunRecord {
  const { dataset, sha256, landedAgain, rawPath, requestedAsOf, unreadAsOf, phases } = run;
  const now = clock.now().toISOString();
  const drop = landedAgain ?? run.drop;
  const runId = runOfFile(contract, { sha256, drop, requestedAsOf, unreadAsOf });
  return {
    runId,
    dataset,
    contract: contract.name,
    contractVersion: contract.version,
    sha256,
    drop,
    ...(rawPath !== undefined && { rawPath }),
    ...(requestedAsOf !== undefined && { requestedAsOf }),
    ...(unreadAsOf !== undefined && { unreadAsOf }),
    relation: contract.relation,
    status: 'running',
    stage: 'validate',
    attempt: 1,
    cause: `replayed from ${run.runId}: ${reason}`,
    startedAt: now,
    updatedAt: now,
    problems: [],
    // The file was taken in once; its rows are counted anew.
    phases: phases.ingestion
      ? { ingestion: { ...phases.ingestion, validationErrors: 0, rowsLoaded: 0 } }
      : {},
    trail: [],
    duplicates: 0,
    traceparent: traceparentOf(runId),
  };
}

function planOf(run: RunRecord, replayed: RunRecord, status: RunStatus | undefined): ReplayPlan {
  return {
    runId: replayed.runId,
    replayOf: run.runId,
    contract: run.contract,
    fromVersion: run.contractVersion,
    toVersion: replayed.contractVersion,
    status,
  };
}

/** Whoever claimed the run may have died before its message left; a second one does no harm. */
function waitingFor(run: RunRecord): readonly StageMessage[] {
  return run.status === 'running' && run.stage === 'validate' ? [messageFor(run, 'validate')] : [];
}
