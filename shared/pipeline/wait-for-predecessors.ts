import type { Contract } from '../contracts/contract.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { countsRows } from './earlier-files.ts';
import type { WaitDeps } from './wait-for-references.ts';

const PAUSE_MS = 250;
const MOST_PAUSES = 20;

/**
 * A file whose rows are counted against those of earlier files waits a few seconds for one that landed before it and
 * is still being looked at, so that it need not be judged twice. Nothing depends on it: an earlier file that is accepted
 * later has it judged again. The order is that of landing, so that no two files wait for each other.
 */
export async function waitForPredecessors(
  run: Pick<RunRecord, 'runId' | 'contract' | 'drop'>,
  contract: Contract,
  { ledger, pause }: WaitDeps,
): Promise<void> {
  if (!countsRows(contract)) return;
  for (let pauses = 0; pauses < MOST_PAUSES; pauses += 1) {
    const running = await ledger.list({ status: 'running' });
    if (!running.some((other) => isAwaited(other, run))) return;
    await pause(PAUSE_MS);
  }
}

function isAwaited(other: RunRecord, run: Pick<RunRecord, 'runId' | 'contract' | 'drop'>): boolean {
  const isAtIt = other.stage === 'ingest' || other.stage === 'validate';
  return other.contract === run.contract && isAtIt && placeOf(other) < placeOf(run);
}

/** Sorts as text. */
function placeOf({ drop, runId }: Pick<RunRecord, 'runId' | 'drop'>): string {
  return `${drop.landedAt}|${runId}`;
}
