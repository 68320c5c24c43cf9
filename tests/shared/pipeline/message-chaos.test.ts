import { beforeAll, expect, it } from '@jest/globals';
import type { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { dyingAt, ProcessDied } from '../../support/port-faults.ts';
import { loansFile, parFile, tapeFile } from '../../support/small-files.ts';

// At-least-once, at its worst: a bus that delivers in any order, twice, two at once, and to processes that die in
// the midst of their work. Whatever the seed, everything ends as on a calm day.

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
/** Only ends a test that hangs: a busy machine may take its time. */
const GENEROUS_MS = 300_000;

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

    await new Bus(pipeline, seed).runOut();

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

type Delivery = { what: { path: string } | StageMessage; timesLeft: number };

class Bus {
  readonly #pipeline: Pipeline;
  readonly #random: () => number;
  readonly #waiting: Delivery[];

  constructor(pipeline: Pipeline, seed: number) {
    this.#pipeline = pipeline;
    this.#random = randomFrom(seed);
    this.#waiting = FILES.map(({ path }) => ({ what: { path }, timesLeft: 3 }));
  }

  async runOut(): Promise<void> {
    while (this.#waiting.length > 0) {
      const together = this.#random() < 0.25 ? 2 : 1;
      const taken = Array.from({ length: together }, () => this.#takeAny()).filter(
        (one) => one !== undefined,
      );
      await Promise.all(taken.map((delivery) => this.#deliver(delivery)));
    }
  }

  #takeAny(): Delivery | undefined {
    const [delivery] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
    return delivery;
  }

  /** The last time of each goes well, as it does in life: or else it would be poison. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { what, timesLeft } = delivery;
    const fate = timesLeft === 1 ? 1 : this.#random();
    const fatal = fate < 0.2 ? 1 + Math.floor(this.#random() * 30) : Number.POSITIVE_INFINITY;
    const { deps } = dyingAt(this.#pipeline.deps, fatal);
    const isAcknowledged = fate >= 0.35;
    let next: readonly StageMessage[] = [];
    let isDead = false;
    try {
      ({ next } =
        'path' in what
          ? await this.#pipeline.announce(what.path, deps)
          : await this.#pipeline.deliver(what, deps));
    } catch (error) {
      // A conflict between two deliveries is thrown, too: the queue tries again.
      isDead = true;
      if (!isExpected(error)) throw error;
    }
    if (isDead || !isAcknowledged) this.#waiting.push({ what, timesLeft: Math.max(1, timesLeft - 1) });
    this.#waiting.push(...next.map((message) => ({ what: message, timesLeft: 3 })));
  }
}

function isExpected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isExpected);
  return error instanceof ProcessDied || (error instanceof Error && error.name === 'AttemptOvertaken');
}

/** Mulberry32: small, seeded, and good enough to shuffle. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
