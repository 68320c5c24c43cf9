import { setTimeout as sleep } from 'node:timers/promises';
import type { DropRecord, RunLedger } from '../shared/ports/run-ledger.ts';
import type { RunRecord } from '../shared/runs/run-record.ts';

const LOOK_MS = 50;
/** Longer than any stage takes between two changes of its run. */
const PATIENCE_MS = 10 * 60_000;

export type Ended = { readonly path: string; readonly drop: DropRecord; readonly run: RunRecord };

/**
 * Waits until every file has its verdict and no run is under way: a file that arrives late makes earlier runs run
 * again. Throws when nothing has changed for too long, as after a message was lost.
 */
export async function untilEnded(
  paths: readonly string[],
  { ledger }: { ledger: RunLedger },
  { patienceMs = PATIENCE_MS }: { patienceMs?: number } = {},
): Promise<Ended[]> {
  let seen = '';
  let changedAt = Date.now();
  for (;;) {
    const drops = await Promise.all(paths.map((path) => ledger.findDrop(path)));
    const running = await ledger.list({ status: 'running' });
    const failed = drops.find((drop) => drop?.outcome === 'failed' && drop.runId === undefined);
    if (failed !== undefined) throw new Error(failed.detail);
    const settled = drops.filter((drop) => drop !== undefined);
    if (running.length === 0 && settled.length === paths.length) return await endedOf(settled, ledger);

    const state = JSON.stringify([drops, running.map(({ runId, updatedAt }) => [runId, updatedAt])]);
    if (state !== seen) [seen, changedAt] = [state, Date.now()];
    if (Date.now() - changedAt > patienceMs)
      throw new Stuck(
        paths.filter((_, i) => !drops[i]),
        running,
        patienceMs,
      );
    await sleep(LOOK_MS);
  }
}

async function endedOf(drops: readonly DropRecord[], ledger: RunLedger): Promise<Ended[]> {
  return await Promise.all(
    drops.map(async (drop) => {
      const found = drop.runId && (await ledger.find(drop.runId));
      if (!found) throw new Error(`${drop.path} has no run: ${drop.detail}`);
      return { path: drop.path, drop, run: found.value };
    }),
  );
}

export class Stuck extends Error {
  override readonly name = 'Stuck';
  constructor(unseen: readonly string[], running: readonly RunRecord[], patienceMs: number) {
    const runs = running.map(({ runId, dataset, stage }) => `${runId} (${dataset}) in stage ${stage}`);
    const stuck = [...runs, ...unseen.map((path) => `landing/${path}, which was never taken in`)];
    super(
      `nothing has changed for ${patienceMs / 60_000} minutes. Stuck: ${stuck.join('; ')}. ` +
        'No report was made. Look at the log with --verbose and try again',
    );
  }
}
