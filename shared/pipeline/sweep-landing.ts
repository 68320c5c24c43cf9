import { amendRun } from '../ports/run-ledger.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { closeRun } from './close-run.ts';
import { sourceGone } from './drop-problems.ts';
import { type IngestDeps, ingestFile } from './ingest.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import { AttemptOvertaken, describeError } from './work-stage.ts';

// The safety net: files that no event announced, and runs whose message was lost.

/** Younger than this, the event may still be on its way. */
const EVENT_GRACE_MS = 2 * 60_000;
/** Longer than any stage takes between two changes of its run, retries included. */
const STUCK_AFTER_MS = 30 * 60_000;

export type SweepOutcome = {
  readonly ingested: readonly string[];
  readonly resent: readonly string[];
  readonly next: readonly StageMessage[];
};

export async function sweepLanding(deps: IngestDeps): Promise<SweepOutcome> {
  const now = deps.clock.now().getTime();
  const next: StageMessage[] = [];
  const ingested: string[] = [];
  for await (const { path, etag, modifiedAt } of deps.lake.list('landing')) {
    if (now - modifiedAt.getTime() < EVENT_GRACE_MS) continue;
    const drop = await deps.ledger.findDrop(path);
    // A landing whose ingest failed is tried again: what kept it from being read may be over.
    if (drop?.etag === etag && drop.outcome !== 'failed') continue;
    try {
      next.push(...(await ingestFile({ path }, deps)).next);
      ingested.push(path);
    } catch (error) {
      // One file that cannot be taken in must not keep the others waiting; the next sweep tries it again.
      deps.log.warn('stage.failed', { stage: 'ingest', path, error: describeError(error) });
    }
  }
  const resent: string[] = [];
  for (const run of await deps.ledger.list({ status: 'running' })) {
    if (now - Date.parse(run.updatedAt) < STUCK_AFTER_MS) continue;
    if (run.stage === 'ingest') {
      await endIfGone(run, deps);
      continue;
    }
    const stage = run.stage;
    const amended = await amendRun(deps.ledger, run.runId, (current) =>
      current.updatedAt === run.updatedAt
        ? { ...current, updatedAt: new Date(now).toISOString() }
        : undefined,
    );
    if (amended?.amended !== true) continue;
    next.push(messageFor(amended.run, stage));
    resent.push(run.runId);
  }
  deps.log.info('landing.swept', { ingested, resent });
  return { ingested, resent, next };
}

/** Its ingest died and then its file vanished: nothing will ever carry it on. */
async function endIfGone(run: RunRecord, deps: IngestDeps): Promise<void> {
  const { path, etag } = run.drop;
  const file = await deps.lake.stat('landing', path);
  if (file?.etag === etag) return;
  deps.log.warn('file.gone', runFacts(run));
  try {
    await closeRun({ ...run, problems: [sourceGone(path)] }, 'canceled', {}, deps);
  } catch (error) {
    if (!(error instanceof AttemptOvertaken)) throw error;
  }
}
