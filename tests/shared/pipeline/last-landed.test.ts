import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Deps } from '../../../shared/app.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { IngestOutcome } from '../../../shared/pipeline/ingest.ts';
import { newestMart } from '../../../shared/pipeline/newest-mart.ts';
import { rollBack } from '../../../shared/pipeline/roll-back.ts';
import { rolledBackFiles } from '../../../shared/pipeline/rolled-back-files.ts';
import type { Snapshot } from '../../../shared/ports/snapshot-registry.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { dyingAtChange, isDeath, ProcessDied, watched } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

// A file, its correction, and the file again: what landed last counts, whatever the order and number of the events. Blobs
// tell when they landed by the second, so the test says it for them.

const PAR = 'looker/loan_par_balances';
const [A, B] = [parFile('AAA'), parFile('BBB').replace('1000', '1500')];

let pipeline: Pipeline;
let deps: Deps;
let landings: Map<string, number>;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(async () => {
  await pipeline.forget();
  pipeline.logged.length = 0;
  landings = new Map();
  deps = { ...pipeline.deps, lake: timed(pipeline.deps.lake) };
});

/** The same lake, where files in landing came when the test says. */
function timed(lake: Deps['lake']): Deps['lake'] {
  return new Proxy(lake, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      if (name !== 'stat') return method.bind(target);
      return async (...[zone, path]: Parameters<Deps['lake']['stat']>) => {
        const file = await target.stat(zone, path);
        const second = zone === 'landing' ? landings.get(path) : undefined;
        return file && second !== undefined ? { ...file, modifiedAt: atSecond(second) } : file;
      };
    },
  });
}

const atSecond = (second: number): Date => new Date(Date.UTC(2025, 11, 1, 6, 0, second));

/** A file comes to lie in landing, in that second; nobody is told yet. */
async function land(name: string, body: string, second: number): Promise<string> {
  const path = `${PAR}/${name}.csv`;
  await pipeline.drop(path, body);
  landings.set(path, second);
  return path;
}

const announce = async (path: string): Promise<IngestOutcome> => await pipeline.announce(path, deps);

/** Every stage of every run, to its end. */
async function work(): Promise<void> {
  while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), deps);
}

/** Only judges: which snapshot counts is known then. */
async function judge(nth = 0): Promise<void> {
  const [message] = pipeline.queue.splice(nth % Math.max(1, pipeline.queue.length), 1);
  if (message?.stage === 'validate') await pipeline.deliver(message, deps);
}

async function judgeAll(): Promise<void> {
  while (pipeline.queue.length > 0) await judge();
}

async function judged(name: string, body: string, second: number): Promise<RunRecord> {
  const outcome = await announce(await land(name, body, second));
  await judgeAll();
  return await pipeline.runOf(outcome);
}

async function published(name: string, body: string, second: number): Promise<RunRecord> {
  const outcome = await announce(await land(name, body, second));
  await work();
  return await pipeline.runOf(outcome);
}

/** The snapshot that counts, and when its file landed. */
async function standing(): Promise<string> {
  const [first] = (await deps.registry.all()).toSorted((a, b) => (a.landedAt < b.landedAt ? 1 : -1));
  return `${first?.runId} ${first?.landedAt}`;
}

describe('a file that is dropped again after its correction', () => {
  it('counts again, as a new attempt of its run, and its numbers are computed no second time', async () => {
    const first = await published('a', A, 1);
    const correction = await published('b', B, 2);
    expect((await newestMart({}, deps))?.run.runId).toBe(correction.runId);
    const books = await pipeline.paths('marts', 'books/');

    const again = await published('a once more', A, 3);

    expect(again).toMatchObject({
      runId: first.runId,
      attempt: 2,
      status: 'success',
      cause: 'dropped again after another file for its day',
      drop: { path: `${PAR}/a once more.csv`, landedAt: atSecond(3).toISOString() },
      asOf: first.asOf,
      bookId: first.bookId,
    });
    expect(again).not.toHaveProperty('landedAgain');
    expect((await newestMart({}, deps))?.run.runId).toBe(first.runId);
    expect(await pipeline.run(correction.runId)).toMatchObject({ status: 'success' });
    expect(await pipeline.paths('marts', 'books/')).toEqual(books);
    expect(JSON.parse(await pipeline.text('runs', `latest/${PAR}.json`))).toMatchObject({
      runId: first.runId,
    });
  });

  it('is told as taken in, and its correction may come again after it, too', async () => {
    await judged('a', A, 1);
    const correction = await judged('b', B, 2);
    expect(await announce(await land('a2', A, 3))).toMatchObject({ outcome: 'accepted' });
    await judgeAll();

    expect(await announce(await land('b2', B, 4))).toMatchObject({
      outcome: 'accepted',
      runId: correction.runId,
    });
    await judgeAll();

    expect(await standing()).toBe(`${correction.runId} ${atSecond(4).toISOString()}`);
  });

  it('under the same name counts again as well', async () => {
    const first = await judged('same', A, 1);
    await judged('same', B, 2);

    expect(await judged('same', A, 3)).toMatchObject({ runId: first.runId, attempt: 2 });
  });

  it('of which the day is only known from its first name stands for that day', async () => {
    const first = await judged('a', A, 1);
    await judged('b', B, 2);

    const again = await judged('2024-01-31', A, 3);

    expect(again).toMatchObject({ stage: 'compute', asOf: first.asOf, attempt: 2 });
  });
});

describe('what changes nothing', () => {
  it('is the same event twice', async () => {
    await judged('a', A, 1);
    await judged('b', B, 2);
    const again = await judged('a2', A, 3);

    expect(await announce(`${PAR}/a2.csv`)).toMatchObject({ next: [] });

    expect(await pipeline.run(again.runId)).toEqual(again);
  });

  it('is a late event of a copy that landed before the correction', async () => {
    const first = await judged('a', A, 1);
    const correction = await judged('b', B, 3);

    expect(await announce(await land('a2', A, 2))).toMatchObject({ outcome: 'duplicate', next: [] });

    expect(await standing()).toBe(`${correction.runId} ${atSecond(3).toISOString()}`);
    expect(await pipeline.run(first.runId)).toMatchObject({ attempt: 1, duplicates: 1 });
  });

  it('is the first landing, announced once more after all', async () => {
    await judged('a', A, 1);
    const correction = await judged('b', B, 2);

    await announce(`${PAR}/a.csv`);
    await judgeAll();

    expect(await standing()).toBe(`${correction.runId} ${atSecond(2).toISOString()}`);
  });

  it('is the same file again when no other came between', async () => {
    const first = await judged('a', A, 1);

    expect(await announce(await land('a2', A, 2))).toMatchObject({ outcome: 'duplicate', next: [] });
    expect(await pipeline.run(first.runId)).toMatchObject({ attempt: 1 });
  });

  it('is a correction that was rejected', async () => {
    const first = await judged('a', A, 1);
    expect(await judged('b', 'odd\n1\n', 2)).toMatchObject({ status: 'rejected' });

    expect(await announce(await land('a2', A, 3))).toMatchObject({ outcome: 'duplicate' });
    expect(await standing()).toContain(first.runId);
  });
});

describe('whatever the order', () => {
  it('a correction whose event comes last does not stay in front of the file that landed after it', async () => {
    const first = await judged('a', A, 1);
    const late = await land('b', B, 2);
    expect(await announce(await land('a2', A, 3))).toMatchObject({ outcome: 'duplicate' });

    await announce(late);
    await judgeAll();

    expect(await standing()).toBe(`${first.runId} ${atSecond(3).toISOString()}`);
  });

  it('of two landings whose events overlap, the later one is the place of the file', async () => {
    const [early, late] = [await land('a1', A, 1), await land('a2', A, 3)];
    const overtaking: Deps = {
      ...deps,
      // The other event comes between the claim of this one and its end.
      ledger: watched(deps, async ({ port, method }) => {
        if (port === 'ledger' && method === 'find' && !isOvertaken) {
          isOvertaken = true;
          await announce(early);
        }
      }).ledger,
    };
    let isOvertaken = false;
    const outcome = await pipeline.announce(late, overtaking);
    await judgeAll();
    await judged('b', B, 2);

    expect(await standing()).toBe(`${outcome.runId} ${atSecond(3).toISOString()}`);
  });

  it('of events and of messages, each once or more, the content that landed last stands', async () => {
    const files = [
      ['a1', A, 1],
      ['b1', B, 2],
      ['a2', A, 3],
      ['b2', B, 4],
      ['a3', A, 5],
    ] as const;
    const events = fc.shuffledSubarray([0, 1, 2, 3, 4, 0, 2, 4], { minLength: 8 });
    const rounds = fc.record({
      events,
      count: fc.integer({ min: 2, max: 5 }),
      seed: fc.infiniteStream(fc.nat()),
    });
    const lastStands = fc.asyncProperty(rounds, async ({ events: order, count, seed }) => {
      await pipeline.forget();
      landings.clear();
      const present = files.slice(0, count);
      for (const [name, body, second] of present) await land(name, body, second);
      for (const nth of order) {
        const [name] = present[nth] ?? [];
        if (name !== undefined) await announce(`${PAR}/${name}.csv`);
        if ((seed.next().value ?? 0) % 2 === 0) await judge(seed.next().value ?? 0);
      }
      while (pipeline.queue.length > 0) await judge(seed.next().value ?? 0);
      const [last = ''] = present.at(-1) ?? [];
      const drop = await deps.ledger.findDrop(`${PAR}/${last}.csv`);
      return (await standing()).startsWith(`${drop?.runId} `);
    });

    expect(await fc.check(lastStands, { seed: 20_261_128, numRuns: 4 })).toMatchObject({ failed: false });
  });
});

describe('a file that was rolled back', () => {
  async function rolledBack({ runId }: RunRecord): Promise<void> {
    const outcome = await rollBack({ runId, by: 'ana', reason: 'wrong', dryRun: false }, deps);
    if (outcome.kind === 'started') pipeline.queue.push(...outcome.next);
    await judgeAll();
  }

  it('is told of until the file before it has landed once more', async () => {
    const first = await judged('a', A, 1);
    const wrong = await judged('b', B, 2);
    await rolledBack(wrong);
    const book = [await entryOf(first)];
    const asOf = LocalDate.parse('2025-11-30');
    expect(await rolledBackFiles({ book, asOf }, deps)).toMatchObject([{ runId: wrong.runId }]);

    const again = await judged('a2', A, 3);

    expect(again).toMatchObject({ runId: first.runId, attempt: first.attempt + 1, stage: 'compute' });
    expect(await rolledBackFiles({ book, asOf }, deps)).toEqual([]);
  });

  it('is said to be so to whoever drops it again', async () => {
    await judged('a', A, 1);
    await rolledBack(await judged('b', B, 2));

    const again = await announce(await land('b2', B, 3));

    expect(again).toMatchObject({
      outcome: 'duplicate',
      detail: expect.stringContaining('which ana has rolled back: wrong'),
    });
  });

  async function entryOf({ runId }: RunRecord): Promise<Snapshot> {
    const found = await deps.registry.find(runId);
    if (found === undefined) throw new Error('it has no place');
    return found.snapshot;
  }
});

describe('a process that dies', () => {
  it('just after it began the attempt of a file leaves that to others, whatever counts by then', async () => {
    const first = await judged('a', A, 1);
    const late = await land('b', B, 2);
    await announce(await land('a2', A, 3));
    await announce(late);
    const message = pipeline.next();
    let isBegun = false;
    const mortal = watched(deps, ({ port, method, args }) => {
      if (isBegun) throw new ProcessDied('just after');
      isBegun = port === 'ledger' && method === 'save' && Object(args[0]).runId === first.runId;
    });
    await fate(pipeline.deliver(message, mortal));
    pipeline.queue.length = 0;
    await judged('c', parFile('CCC'), 4);

    await pipeline.deliver(message, deps);
    await judgeAll();

    expect(await pipeline.run(first.runId)).toMatchObject({ attempt: 2, stage: 'compute' });
  });

  it('at any change while it takes in the file again leaves the rest to the next delivery', async () => {
    // The first change is that the run is claimed, which it is already.
    for (let fatal = 2; ; fatal += 1) {
      await pipeline.forget();
      const first = await judged('a', A, 1);
      await judged('b', B, 2);
      const path = await land('a2', A, 3);
      const { deps: mortal, changes } = dyingAtChange(deps, fatal);
      const died = await fate(pipeline.announce(path, mortal));
      pipeline.queue.length = 0;

      await announce(path);
      await judgeAll();

      expect(await standing()).toBe(`${first.runId} ${atSecond(3).toISOString()}`);
      expect(await pipeline.run(first.runId)).toMatchObject({ attempt: 2, stage: 'compute', duplicates: 1 });
      if (!died) break;
      expect(changes.length).toBeLessThan(20);
    }
  });

  it.each([1, 2])(
    'before its change number %d of a run after the late correction was accepted does as well',
    async (fatal) => {
      const first = await judged('a', A, 1);
      const late = await land('b', B, 2);
      await announce(await land('a2', A, 3));
      await announce(late);
      const message = pipeline.next();
      let left = Number.POSITIVE_INFINITY;
      const mortal = watched(deps, ({ port, method }) => {
        if (port === 'registry' && method === 'register') left = fatal;
        if (port === 'ledger' && method === 'save') left -= 1;
        if (left <= 0) throw new ProcessDied('after it was accepted');
      });
      await expect(pipeline.deliver(message, mortal)).rejects.toThrow();
      pipeline.queue.length = 0;

      await pipeline.deliver(message, deps);
      await judgeAll();

      expect(await standing()).toBe(`${first.runId} ${atSecond(3).toISOString()}`);
      expect(await pipeline.run(first.runId)).toMatchObject({ stage: 'compute' });
    },
  );

  async function fate(working: Promise<unknown>): Promise<boolean> {
    try {
      await working;
      return false;
    } catch (error) {
      if (isDeath(error)) return true;
      throw error;
    }
  }
});
