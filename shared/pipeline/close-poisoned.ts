import type { Problem } from '../domain/problem.ts';
import type { Lake } from '../ports/lake.ts';
import { amendRun } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type CloseDeps, closeRun } from './close-run.ts';
import { StageMessage } from './stage-message.ts';

// A message that failed five times: its run ends as failed and says so. The message itself is kept.

export type PoisonOutcome = 'closed' | 'not-current' | 'unreadable';

/** `body` is the message as it lay on the poison queue; `messageId` names it for whoever looks later. */
export async function closePoisoned(
  input: { queue: string; messageId: string; body: unknown },
  deps: CloseDeps & { lake: Lake },
): Promise<PoisonOutcome> {
  const { queue, messageId, body } = input;
  const kept = `poison/${queue}/${messageId}.json`;
  await deps.lake.write('quarantine', kept, JSON.stringify(body ?? null), {
    contentType: 'application/json',
  });
  const message = StageMessage.safeParse(body);
  if (!message.success) {
    deps.log.error('message.malformed', { queue, kept });
    return 'unreadable';
  }
  const { runId, stage, attempt } = message.data;
  deps.log.error('message.poisoned', { queue, runId, stage, attempt, kept });
  const amended = await amendRun(deps.ledger, runId, (run) =>
    run.status === 'running' && run.attempt === attempt && run.stage === stage
      ? withProblem(run, stageFailed(stage, run))
      : undefined,
  );
  if (amended?.amended !== true) return 'not-current';
  await closeRun(amended.run, 'failed', {}, deps);
  return 'closed';
}

/** Once, however often the message comes. */
function withProblem(run: RunRecord, problem: Problem): RunRecord {
  return { ...run, problems: [problem, ...run.problems.filter(({ code }) => code !== problem.code)] };
}

function stageFailed(stage: string, { lastError, rolledBack }: RunRecord): Problem {
  const error = lastError === undefined ? '' : ` (${lastError.message})`;
  return {
    code: lastError?.code ?? 'stage-failed',
    severity: 'error',
    message:
      rolledBack === undefined
        ? `Stage ${stage} failed five times${error}. The file itself was not judged to be wrong; nothing new was published. Mend the cause and rerun the run from ${stage}.`
        : `The file was being rolled back, and stage ${stage} failed five times${error}. Numbers of other files may still have its rows. Mend the cause and roll the run back again; a rerun would take the file in.`,
  };
}
