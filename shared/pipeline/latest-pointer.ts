import { z } from 'zod';
import { RunId } from '../domain/ids.ts';
import { LocalDate, REFERENCE_DAY } from '../domain/local-date.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import { latestPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { supersedes } from './book.ts';

// `runs/latest/<dataset>.json` names the newest published run of a feed, for whoever reads the lake without asking.

type LatestPointer = z.infer<typeof LatestPointer>;
const LatestPointer = z.object({
  /** Absent for reference data, which stands for no day. */
  asOf: LocalDate.optional(),
  landedAt: z.string(),
  contractVersion: z.int().optional(),
  runId: RunId,
});

/** Moves the pointer of the feed forwards, never back to a snapshot that is superseded. */
export async function pointToLatest(run: RunRecord, lake: Lake): Promise<void> {
  const mine = pointerTo(run);
  await changePointer(run, lake, (current) =>
    current !== undefined && supersedes(dated(current), dated(mine)) ? KEEP : { pointer: mine },
  );
}

/** The run is withdrawn: the newest one that is still published takes its place, and without any there is no pointer. */
export async function pointPast(
  run: Feed,
  { lake, ledger, registry }: { lake: Lake; ledger: RunLedger; registry: SnapshotRegistry },
): Promise<void> {
  const successor = await changePointer(run, lake, async (current) => {
    if (current?.runId !== run.runId) return KEEP;
    const newest = await newestPublished(run, { ledger, registry });
    return { pointer: newest && pointerTo(newest) };
  });
  // It may have been withdrawn since it was looked for, by somebody who could not find it here yet.
  const isGone = successor && (await registry.find(successor.runId))?.isRemoved === true;
  if (isGone) await pointPast({ ...run, runId: successor.runId }, { lake, ledger, registry });
}

type Feed = Pick<RunRecord, 'runId' | 'dataset' | 'contract'>;

const KEEP = 'keep';
type Change = typeof KEEP | { readonly pointer: LatestPointer | undefined };

/** Decides anew for as long as somebody else writes in between. Returns the pointer that it wrote. */
async function changePointer(
  { dataset, contract }: Feed,
  lake: Lake,
  decide: (current: LatestPointer | undefined) => Change | Promise<Change>,
): Promise<LatestPointer | undefined> {
  const path = latestPath(dataset, contract);
  for (;;) {
    const there = await lake.stat('runs', path);
    const body = there && (await lake.read('runs', path));
    const change = await decide(body && LatestPointer.parse(JSON.parse(body.toString('utf8'))));
    if (change === KEEP) return undefined;
    const { pointer } = change;
    if (pointer === undefined) {
      if (there === undefined || (await lake.remove('runs', path, there))) return undefined;
      continue;
    }
    const onlyIf = there === undefined ? ('absent' as const) : { etag: there.etag };
    const options = { contentType: 'application/json', onlyIf };
    if ((await lake.write('runs', path, JSON.stringify(pointer), options)).kind === 'written') return pointer;
  }
}

/** One that is accepted and not published yet moves the pointer itself, when it gets there. */
async function newestPublished(
  { runId, dataset, contract }: Feed,
  { ledger, registry }: { ledger: RunLedger; registry: SnapshotRegistry },
): Promise<RunRecord | undefined> {
  const snapshots = (await registry.all()).filter(
    (snapshot) => snapshot.dataset === dataset && snapshot.runId !== runId,
  );
  for (const snapshot of snapshots.toSorted((a, b) => (supersedes(a, b) ? -1 : 1))) {
    const run = (await ledger.find(snapshot.runId))?.value;
    if (run?.contract === contract && run.succeededAt !== undefined) return run;
  }
  return undefined;
}

function pointerTo({ asOf, drop, contractVersion, runId }: RunRecord): LatestPointer {
  return { ...(asOf !== undefined && { asOf }), landedAt: drop.landedAt, contractVersion, runId };
}

function dated(pointer: LatestPointer): LatestPointer & { asOf: LocalDate } {
  return { ...pointer, asOf: pointer.asOf ?? REFERENCE_DAY };
}
