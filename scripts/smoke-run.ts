import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { generateParBalances } from '../local/generate/generate-par-balances.ts';
import { KpiMart } from '../shared/kpis/kpi-result.ts';
import { RunRecord } from '../shared/runs/run-record.ts';
import type { AppClient } from './app-client.ts';

// One run of the whole chain in an app that was just deployed.

export type TriedRun = {
  readonly run: RunRecord;
  readonly artifacts: readonly string[];
  /** What this attempt took. */
  readonly ms: number;
  /** What is wrong with its numbers, in words. */
  readonly wrongNumbers: readonly string[];
};

const Runs = z.object({ runs: z.array(RunRecord) });
const Shown = z.object({ run: RunRecord, artifacts: z.array(z.object({ name: z.string() })) });
const Accepted = z.object({ outcome: z.string(), runId: z.string().optional(), detail: z.string() });

const DATASET = 'looker/loan_par_balances';
/**
 * Long before the lender's first loan. A run is computed over the files that are not newer than its own, so this one has
 * nothing to do with any real number, and changes none.
 */
const DAY_OF_NO_LOAN = '2009-12-10';
const USUAL_ROWS = 500;
/** A file is suspect that has far fewer or more rows than those before it. */
const MOST_ROWS = 50_000;
const POLL_MS = 500;

/** Drops a synthetic file, waits for its run, and holds its numbers against the generator's. */
export async function dropped(app: AppClient, patienceMs: number): Promise<TriedRun> {
  const { runs } = Runs.parse(await app.json('runs?status=success&limit=500'));
  const usual = runs.find(({ dataset }) => dataset === DATASET)?.rows ?? USUAL_ROWS;
  const rows = Math.min(Math.max(usual, 100), MOST_ROWS);
  const dir = await mkdtemp(join(tmpdir(), 'abaco-smoke-'));
  try {
    // Another file each time, or it would be a duplicate and nothing would be computed.
    const seed = Math.floor(Date.now() / 1_000);
    const sums = await generateParBalances({ dir, rows, seed, asOf: DAY_OF_NO_LOAN });
    const body = new Uint8Array(await readFile(join(dir, 'looker/loan_par_balances.csv')));
    const answer = Accepted.parse(
      await app.json(`pipeline/trigger?input_file=${DATASET}/smoke-${seed}.csv`, {
        method: 'POST',
        body,
        wanted: [200, 202],
      }),
    );
    if (answer.runId === undefined || answer.outcome !== 'accepted')
      throw new Error(`the synthetic file was not taken in: ${answer.outcome}, ${answer.detail}`);
    const tried = await untilEnded(app, answer.runId, { attempt: 1, patienceMs });
    const outstanding = sums.parDates.at(-1)?.outstanding;
    return { ...tried, wrongNumbers: await wrongNumbers(app, tried, outstanding) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Has the newest good run computed again, which comes to the same numbers: for where no synthetic file may be dropped. */
export async function rerun(app: AppClient, patienceMs: number): Promise<TriedRun> {
  const { run } = await newest(app);
  const reason = encodeURIComponent('smoke test after a deployment');
  await app.json(`runs/${run.runId}/rerun?from=compute&reason=${reason}`, { method: 'POST', wanted: [202] });
  const tried = await untilEnded(app, run.runId, { attempt: run.attempt + 1, patienceMs });
  return { ...tried, wrongNumbers: [] };
}

/** The newest good run as it is. Throws where there is none. */
export async function newest(app: AppClient): Promise<TriedRun> {
  const { runs } = Runs.parse(await app.json('runs?status=success&limit=500'));
  const run = runs.find(({ phases }) => phases.calculation !== undefined);
  if (run === undefined)
    throw new Error('no run has computed any KPI yet: drop a file first, or call it with --drop');
  const { artifacts } = Shown.parse(await app.json(`runs/${run.runId}`));
  return { run, artifacts: artifacts.map(({ name }) => name), ms: msOf(run), wrongNumbers: [] };
}

async function untilEnded(
  app: AppClient,
  runId: string,
  { attempt, patienceMs }: { attempt: number; patienceMs: number },
): Promise<Omit<TriedRun, 'wrongNumbers'>> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { run, artifacts } = Shown.parse(await app.json(`runs/${runId}`));
    if (run.attempt >= attempt && run.status !== 'running')
      return { run, artifacts: artifacts.map(({ name }) => name), ms: msOf(run) };
    if (Date.now() > deadline)
      throw new Error(
        `run ${runId} is still ${run.status} in stage ${run.stage} after ${patienceMs / 1_000} seconds`,
      );
    await sleep(POLL_MS);
  }
}

/** From the first stage of the newest attempt to the end; queues included. */
function msOf({ trail, attempt, startedAt, completedAt, updatedAt }: RunRecord): number {
  const began = trail.find((step) => step.attempt === attempt)?.startedAt ?? startedAt;
  return Date.parse(completedAt ?? updatedAt) - Date.parse(began);
}

async function wrongNumbers(
  app: AppClient,
  { run }: Pick<TriedRun, 'run'>,
  outstanding: string | undefined,
): Promise<readonly string[]> {
  if (run.status !== 'success') return [];
  const { kpis } = KpiMart.parse(await app.json(`runs/${run.runId}/artifacts/kpis.json`));
  const found = kpis.find(({ id }) => id === 'port.outstanding')?.numerator ?? 'not computable';
  if (outstanding !== undefined && Number(found) === Number(outstanding)) return [];
  return [`port.outstanding is ${found}, the synthetic file has ${outstanding}`];
}
