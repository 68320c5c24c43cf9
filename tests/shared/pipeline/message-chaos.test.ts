import { beforeAll, expect, it } from '@jest/globals';
import { Pipeline } from '../../support/a-pipeline.ts';
import { ChaoticBus } from '../../support/chaotic-bus.ts';
import { seeds } from '../../support/how-many.ts';
import { loansFile, parFile, tapeFile } from '../../support/small-files.ts';

// At-least-once, at its worst: a bus that delivers in any order, twice, two at once, and to processes that die in
// the midst of their work. Whatever the seed, everything ends as on a calm day.

const SEEDS = seeds(8, 4);
/** Only ends a test that hangs: a busy machine may take its time. */
const GENEROUS_MS = 600_000;

const FILES = [
  { path: 'looker/loan_par_balances/november.csv', body: parFile('CHAOS') },
  { path: 'looker/loan_par_balances/october.csv', body: parFile('CHAOS', '2025-10-31') },
  { path: 'looker/loans/loans.csv', body: loansFile('CHAOS', '2025-11-29') },
  { path: 'cascade/loan_tape/tape.csv', body: tapeFile('25000') },
  { path: 'looker/loans/broken.csv', body: 'loan_id,what\n1,2\n' },
];

let calm: unknown;
beforeAll(async () => {
  const pipeline = await Pipeline.open();
  for (const { path, body } of FILES) await pipeline.takeThrough(path, body);
  calm = await finalState(pipeline);
}, GENEROUS_MS);

it.each(SEEDS)(
  'ends as on a calm day with seed %i',
  async (seed) => {
    const pipeline = await Pipeline.open();
    for (const { path, body } of FILES) await pipeline.drop(path, body);

    await new ChaoticBus(pipeline, FILES, { seed }).runOut();

    expect(await finalState(pipeline)).toEqual(calm);
  },
  GENEROUS_MS,
);

/** What an operator could tell apart, without times and attempts. */
async function finalState(pipeline: Pipeline): Promise<unknown> {
  const runs = await pipeline.deps.ledger.list();
  const states = runs.map(async (run) => ({
    runId: run.runId,
    status: run.status,
    stage: run.stage,
    asOf: run.asOf,
    bookId: run.bookId,
    seriesSha256: run.seriesSha256,
    rows: run.rows,
    codes: run.problems.map(({ code }) => code),
    documents: (await pipeline.paths('runs', `${run.runId}/`)).filter((path) => !path.includes('/attempts/')),
    marts: run.asOf === undefined ? [] : Object.values(await pipeline.martBytes(run)).map(String),
  }));
  const pointers = await pipeline.paths('runs', 'latest/');
  const latest = pointers.map(async (path): Promise<[string, unknown]> => {
    const { runId }: { runId: string } = JSON.parse(await pipeline.text('runs', path));
    return [path, runId];
  });
  const drops = FILES.map(async ({ path }) => (await pipeline.deps.ledger.findDrop(path))?.outcome);
  return {
    runs: (await Promise.all(states)).toSorted((a, b) => (a.runId < b.runId ? -1 : 1)),
    latest: await Promise.all(latest),
    drops: await Promise.all(drops),
  };
}
