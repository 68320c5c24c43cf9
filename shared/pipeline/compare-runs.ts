import type { RunId } from '../domain/ids.ts';
import { compareMarts, type MartComparison } from '../kpis/compare-marts.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type DatedRun, MartShelf } from './mart-shelf.ts';
import { hasNumbers } from './newest-mart.ts';

export type RunComparison = {
  readonly before: DatedRun;
  readonly now: DatedRun;
  readonly comparison: MartComparison;
};

export type CompareOutcome =
  | { readonly kind: 'compared'; readonly found: RunComparison }
  | { readonly kind: 'unknown-run'; readonly runId: RunId }
  /** No numbers were computed for it, or they are gone. */
  | { readonly kind: 'no-numbers'; readonly runId: RunId }
  | { readonly kind: 'no-earlier-run' };

type Deps = { readonly ledger: RunLedger; readonly lake: Lake };

/** The numbers of a run beside those of another; without one beside those of the file of its kind before it. */
export async function compareRuns(
  runId: RunId,
  withRun: RunId | undefined,
  deps: Deps,
): Promise<CompareOutcome> {
  const found = await deps.ledger.find(runId);
  if (found === undefined) return { kind: 'unknown-run', runId };
  const now = dated(found.value);
  if (now === undefined) return { kind: 'no-numbers', runId };
  const other = await otherRun(now, withRun, deps);
  if (other === undefined)
    return withRun === undefined ? { kind: 'no-earlier-run' } : { kind: 'unknown-run', runId: withRun };
  const before = dated(other);
  if (before === undefined) return { kind: 'no-numbers', runId: other.runId };
  const shelf = MartShelf.of(deps.lake);
  const [earlier, later] = [await shelf.martOf(before), await shelf.martOf(now)];
  if (earlier === undefined) return { kind: 'no-numbers', runId: before.runId };
  if (later === undefined) return { kind: 'no-numbers', runId };
  return { kind: 'compared', found: { before, now, comparison: compareMarts(earlier, later) } };
}

async function otherRun(
  now: DatedRun,
  withRun: RunId | undefined,
  { ledger }: Deps,
): Promise<RunRecord | undefined> {
  if (withRun !== undefined) return (await ledger.find(withRun))?.value;
  return earlierRun(now, await ledger.list({ dataset: now.dataset }));
}

/** Of the same dataset, the newest whose day, or whose arrival on the same day, is before. */
export function earlierRun(run: RunRecord, runs: readonly RunRecord[]): RunRecord | undefined {
  const place = placeOf(run);
  return runs
    .filter((other) => other.dataset === run.dataset && dated(other) !== undefined && placeOf(other) < place)
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
    .at(0);
}

function placeOf({ asOf, drop, runId }: RunRecord): string {
  return `${asOf ?? ''} ${drop.landedAt} ${runId}`;
}

function dated(run: RunRecord): DatedRun | undefined {
  return hasNumbers(run) && run.asOf !== undefined ? { ...run, asOf: run.asOf } : undefined;
}
