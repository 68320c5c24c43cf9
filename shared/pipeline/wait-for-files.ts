import type { Contract } from '../contracts/contract.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';

export type WaitDeps = {
  ledger: RunLedger;
  /** Waits that many milliseconds. */
  pause: (ms: number) => Promise<void>;
};

/** Each pause is twice as long as the one before: what takes long is not asked for often. */
const FIRST_PAUSE_MS = 250;
const PAUSES_FOR_REFERENCES = 3;
const PAUSES_FOR_THE_BOOK = 4;

/**
 * Files that belong together arrive together: one whose rows refer to a dataset that is just being taken in waits almost two
 * seconds for it, so that it need not be checked twice. Nothing depends on it: whoever arrives later has it checked again.
 */
export async function waitForReferences(
  run: Pick<RunRecord, 'runId'>,
  { references = [] }: Contract,
  deps: WaitDeps,
): Promise<void> {
  const datasets = new Set(references.map(({ to }) => to.dataset));
  if (datasets.size === 0) return;
  const isAwaited = ({ dataset }: RunRecord): boolean => datasets.has(dataset);
  await waitWhileTakenIn(run, { isAwaited, pauses: PAUSES_FOR_REFERENCES }, deps);
}

/**
 * A run about to compute waits almost four seconds for files that are just being taken in: one computation over all of
 * them serves instead of one after each. Nothing depends on it, either: whoever arrives later has it computed again.
 */
export async function waitForTheBook(
  run: Pick<RunRecord, 'runId' | 'attempt'>,
  isInBooks: (other: RunRecord) => boolean,
  deps: WaitDeps,
): Promise<void> {
  await waitWhileTakenIn(run, { isAwaited: isInBooks, pauses: PAUSES_FOR_THE_BOOK }, deps);
}

async function waitWhileTakenIn(
  { runId, attempt }: Pick<RunRecord, 'runId'> & { readonly attempt?: number },
  { isAwaited, pauses }: { isAwaited: (run: RunRecord) => boolean; pauses: number },
  { ledger, pause }: WaitDeps,
): Promise<void> {
  for (let nth = 0; nth < pauses; nth += 1) {
    const running = await ledger.list({ status: 'running' });
    const isOvertaken = running.some(
      (run) => run.runId === runId && run.attempt !== (attempt ?? run.attempt),
    );
    const isWaiting = running.some(
      (run) => run.runId !== runId && (run.stage === 'ingest' || run.stage === 'validate') && isAwaited(run),
    );
    if (isOvertaken || !isWaiting) return;
    await pause(FIRST_PAUSE_MS * 2 ** nth);
  }
}
