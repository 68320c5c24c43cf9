import type { Contract } from '../contracts/contract.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';

export type WaitDeps = {
  ledger: RunLedger;
  /** Waits that many milliseconds. */
  pause: (ms: number) => Promise<void>;
};

const PAUSE_MS = 250;
const MOST_PAUSES = 8;

/**
 * Files that belong together arrive together: one whose rows refer to a dataset that is just being taken in waits up to two
 * seconds for it, so that it need not be checked twice. Nothing depends on it: whoever arrives later has it checked again.
 */
export async function waitForReferences(
  { runId }: Pick<RunRecord, 'runId'>,
  { references = [] }: Contract,
  { ledger, pause }: WaitDeps,
): Promise<void> {
  const datasets = new Set(references.map(({ to }) => to.dataset));
  if (datasets.size === 0) return;
  for (let pauses = 0; pauses < MOST_PAUSES; pauses += 1) {
    const running = await ledger.list({ status: 'running' });
    const isAwaited = running.some(
      (run) =>
        run.runId !== runId &&
        datasets.has(run.dataset) &&
        (run.stage === 'ingest' || run.stage === 'validate'),
    );
    if (!isAwaited) return;
    await pause(PAUSE_MS);
  }
}
