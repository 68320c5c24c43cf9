import { describe, expect, it } from '@jest/globals';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import type { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import { artifactPath, bookMartPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { differenceOf, type MartBytes, Pipeline } from '../../support/a-pipeline.ts';
import { dyingAtChange, isDeath, nameOf } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

// The process dies before every single port call of every stage that changes something, and once after the last, when
// only its messages are lost. Then the queue delivers again what was being worked, and all runs to its end. Every case has a file
// of its own, with the same numbers; a dozen of them share an account.

const PAR = 'looker/loan_par_balances';
const NEVER = Number.POSITIVE_INFINITY;

const CASES_PER_ACCOUNT = 12;
/** Only ends a test that hangs: a busy machine may take its time. */
const GENEROUS_MS = 600_000;

let pipeline: Pipeline;
let cases = 0;
/** Marts as they were before the process died, of runs that had them by then. */
const marts = new Map<string, MartBytes>();

function newFile(): { path: string; body: string } {
  cases += 1;
  const tag = `CASE${String(cases).padStart(4, '0')}`;
  return { path: `${PAR}/${tag}.csv`, body: parFile(tag) };
}

describe('ingest', () => {
  it(
    'ends in one good run wherever the process dies',
    async () => {
      const deaths = await dieEverywhere(async (deps, fatal) => {
        const { path, body } = newFile();
        await pipeline.drop(path, body);
        await attempt(fatal, () => pipeline.announce(path, deps));
        // Blob events come again until they are worked.
        return await pipeline.runOf(await settled(() => pipeline.announce(path)));
      });

      expect(deaths).toBeGreaterThan(3);
    },
    GENEROUS_MS,
  );
});

describe.each(['validate', 'compute', 'publish'] as const)('%s', (stage) => {
  it(
    'ends in one good run wherever the process dies',
    async () => {
      const deaths = await dieEverywhere(async (deps, fatal) => {
        const { path, body } = newFile();
        await pipeline.drop(path, body);
        const outcome = await pipeline.announce(path);
        const message = await advanceTo(stage);
        if (stage === 'publish')
          marts.set(message.runId, await pipeline.martBytes(await pipeline.runOf(outcome)));
        await attempt(fatal, () => pipeline.deliver(message, deps));
        await settled(() => pipeline.deliver(message));
        return await pipeline.runOf(outcome);
      });

      expect(deaths).toBeGreaterThan(3);
    },
    GENEROUS_MS,
  );
});

/** Kills at change 1, 2, 3 … until the stage gets through; returns how often the process died. */
async function dieEverywhere(
  story: (deps: Pipeline['deps'], fatal: number) => Promise<RunRecord>,
): Promise<number> {
  for (let fatal = 1; ; fatal += 1) {
    if (fatal % CASES_PER_ACCOUNT === 1) pipeline = await Pipeline.open();
    const { deps, changes } = dyingAtChange(pipeline.deps, fatal);
    const { runId } = await story(deps, fatal);
    const last = changes[fatal - 1];
    try {
      await expectOneGoodRun(await pipeline.run(runId));
    } catch (error) {
      throw new Error(`after dying before ${last ? nameOf(last) : 'the end'}`, { cause: error });
    }
    if (changes.length < fatal) return fatal - 1;
  }
}

/** One life of the process. What it would have sent is lost with it, whether it died before or after the end. */
async function attempt(fatal: number, work: () => Promise<unknown>): Promise<void> {
  const waiting = [...pipeline.queue];
  try {
    await work();
  } catch (error) {
    if (!isDeath(error)) throw new Error(`another error than the death at change ${fatal}`, { cause: error });
  }
  pipeline.queue.splice(0, NEVER, ...waiting);
}

async function settled<T>(redeliver: () => Promise<T>): Promise<T> {
  const outcome = await redeliver();
  await pipeline.runDry();
  return outcome;
}

async function advanceTo(stage: StageMessage['stage']): Promise<StageMessage> {
  for (;;) {
    const message = pipeline.next();
    if (message.stage === stage) return message;
    await pipeline.deliver(message);
  }
}

async function expectOneGoodRun(run: RunRecord): Promise<void> {
  expect(run).toMatchObject({ status: 'success', attempt: 1, duplicates: 0, rows: 5, stage: 'publish' });
  expect(run.trail.map(({ stage }) => stage)).toEqual(['ingest', 'validate', 'compute', 'publish']);
  const twins = (await pipeline.deps.ledger.list()).filter(({ drop }) => drop.path === run.drop.path);
  expect(twins).toHaveLength(1);
  expect(await pipeline.paths('runs', artifactPath(run.runId, 'summary.json'))).toHaveLength(1);
  expect(await pipeline.paths('raw', `${run.rawPath?.slice(0, -4)}`)).toHaveLength(1);
  const bytes = await pipeline.martBytes(run);
  expect(differenceOf(bytes, marts.get(run.runId) ?? (await computedUndisturbed(run)))).toBeUndefined();
}

/** The marts of the run, computed once more from nothing. */
async function computedUndisturbed(run: RunRecord): Promise<MartBytes> {
  await pipeline.remove('marts', bookMartPath(run.bookId ?? ''));
  const started = await rerun(
    { runId: run.runId, from: 'compute', reason: 'undisturbed', dryRun: false },
    pipeline.deps,
  );
  if (started.kind !== 'started') throw new Error(started.kind);
  for (const message of started.next) await pipeline.deliver(message);
  pipeline.queue.length = 0;
  return await pipeline.martBytes(run);
}
