import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataBreaker } from '../../../shared/expectations/data-breaker.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { rollBack } from '../../../shared/pipeline/roll-back.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { codesOf } from '../../support/old-and-alone.ts';
import { dyingAt, ProcessDied, watched } from '../../support/port-faults.ts';
import { loanIds, parOf } from '../../support/related-files.ts';
import { tapeFile } from '../../support/small-files.ts';

// What one file after another does to a feed: its history, and the breaker that opens when it goes wrong for good.

const PAR = 'looker/loan_par_balances';
const BREAKER = `data:${PAR}`;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(async () => {
  await pipeline.forget();
  pipeline.logged.length = 0;
});

/** A file that lacks a column that must be there. */
const bad = (tag: string): string => `loan_id_raw,dpd\n${tag},1\n`;
const good = (rows = 100): string => parOf(loanIds(rows));

async function breaker(name = BREAKER): Promise<DataBreaker | undefined> {
  return (await pipeline.deps.breakers.get(name))?.value;
}

function eventsOf(event: 'breaker.opened' | 'breaker.closed') {
  return pipeline.logged.filter((line) => line.event === event);
}

/** A file that lands after those before it, which counts by the second, worked to its end. */
async function takeNext(path: string, body: string): Promise<RunRecord> {
  const [newest] = await pipeline.deps.ledger.list({ limit: 1 });
  if (newest !== undefined) await pipeline.landLaterThan(newest);
  return await pipeline.takeThrough(path, body);
}

async function threeBadRuns(): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for (const tag of ['one', 'two', 'three']) runs.push(await takeNext(`${PAR}/bad ${tag}.csv`, bad(tag)));
  return runs;
}

async function rollBackNow({ runId }: RunRecord): Promise<void> {
  const word = { runId, by: 'ana', reason: 'wrong month', dryRun: false };
  const outcome = await rollBack(word, pipeline.deps);
  if (outcome.kind === 'started') pipeline.queue.push(...outcome.next);
  await pipeline.runDry();
}

describe('the breaker of a dataset', () => {
  it('opens at the third bad file in a row, once, and closes at the first good one, until that is rolled back', async () => {
    const [, second, third] = await threeBadRuns();
    const opened = await breaker();
    const fourth = await takeNext(`${PAR}/bad four.csv`, bad('four'));
    const told = eventsOf('breaker.opened');

    const mended = await takeNext(`${PAR}/good.csv`, good());

    expect(codesOf(second ?? { problems: [] })).not.toContain('breaker-open');
    expect(codesOf(third ?? { problems: [] })).toContain('breaker-open');
    expect(codesOf(fourth)).toContain('breaker-open');
    expect(opened).toMatchObject({ status: 'open', badInARow: 3 });
    expect(told).toEqual([
      {
        level: 'error',
        event: 'breaker.opened',
        fields: expect.objectContaining({ runId: third?.runId, dataset: PAR, breaker: BREAKER }),
      },
    ]);
    expect(mended.status).toBe('success');
    expect(codesOf(mended)).not.toContain('breaker-open');
    expect(await breaker()).toMatchObject({ status: 'closed', badInARow: 0 });
    expect(eventsOf('breaker.closed')).toEqual([
      {
        level: 'info',
        event: 'breaker.closed',
        fields: expect.objectContaining({ runId: mended.runId, breaker: BREAKER }),
      },
    ]);

    await rollBackNow(mended);

    expect(await breaker()).toMatchObject({ status: 'open', badInARow: 4 });
    expect(eventsOf('breaker.opened').at(-1)?.fields).toMatchObject({ runId: mended.runId, attempt: 2 });
  });

  it('counts a message that comes again, early or late, only once', async () => {
    for (const tag of ['one', 'two', 'three']) {
      await pipeline.drop(`${PAR}/bad ${tag}.csv`, bad(tag));
      await pipeline.announce(`${PAR}/bad ${tag}.csv`);
      const message = pipeline.next();
      await pipeline.deliver(message);
      await pipeline.deliver(message);
    }
    const after = await breaker();

    expect(after).toMatchObject({ status: 'open', badInARow: 3 });
    expect(eventsOf('breaker.opened')).toHaveLength(1);
  });

  it('is opened once, and told at least once, by a worker that dies after it was saved', async () => {
    await takeNext(`${PAR}/bad one.csv`, bad('one'));
    await takeNext(`${PAR}/bad two.csv`, bad('two'));
    await pipeline.drop(`${PAR}/bad three.csv`, bad('three'));
    const outcome = await pipeline.announce(`${PAR}/bad three.csv`);
    const message = pipeline.next();
    let isSaved = false;
    const dying = watched(pipeline.deps, ({ port, method }) => {
      if (isSaved) throw new ProcessDied('after the breaker was saved');
      isSaved = port === 'breakers' && method === 'save';
    });
    await expect(pipeline.deliver(message, dying)).rejects.toThrow();
    const first = await breaker();

    await pipeline.deliver(message);

    expect(isSaved).toBe(true);
    expect(first).toMatchObject({ status: 'open', badInARow: 3 });
    expect(await breaker()).toEqual(first);
    expect(eventsOf('breaker.opened').length).toBeGreaterThanOrEqual(1);
    expect(await pipeline.runOf(outcome)).toMatchObject({ status: 'rejected', attempt: 1 });
  });

  it('is opened and noted in the history once, wherever the worker of the third bad file dies', async () => {
    await takeNext(`${PAR}/bad one.csv`, bad('one'));
    await takeNext(`${PAR}/bad two.csv`, bad('two'));
    await pipeline.drop(`${PAR}/bad three.csv`, bad('three'));
    const outcome = await pipeline.announce(`${PAR}/bad three.csv`);
    const message = pipeline.next();
    let fatal = 0;
    for (let isThrough = false; !isThrough; ) {
      fatal += 1;
      const { deps, calls } = dyingAt(pipeline.deps, fatal);
      await pipeline.deliver(message, deps).catch(() => undefined);
      isThrough = calls.length < fatal;
    }
    const { runId, status } = await pipeline.runOf(outcome);

    expect(fatal).toBeGreaterThan(20);
    expect(status).toBe('rejected');
    expect(await breaker()).toMatchObject({ status: 'open', badInARow: 3 });
    expect((await history()).filter((entry) => entry.runId === runId)).toHaveLength(1);
  });

  it('knows only the bad files of its own dataset', async () => {
    await threeBadRuns();

    await takeNext('cascade/loan_tape/tape.csv', tapeFile('1'));

    expect(await breaker('data:cascade/loan_tape')).toMatchObject({ status: 'closed' });
    expect(await breaker()).toMatchObject({ status: 'open' });
  });
});

describe('a file with fewer than half as many rows as usual', () => {
  it('is blocked, opens the breaker at once, and leaves the last good rows in the book', async () => {
    const usual = await takeNext(`${PAR}/usual.csv`, good(100));
    const torn = await takeNext(`${PAR}/torn.csv`, good(49));

    expect(torn).toMatchObject({ status: 'rejected', stage: 'validate' });
    expect(torn.problems[0]).toMatchObject({
      code: 'volume-change',
      severity: 'error',
      message: expect.stringMatching(
        /Found: 49 rows; the median of the last file is 100 .* Nothing was promoted\. Look at the date range .*$/,
      ),
    });
    expect(torn.problems.map(({ message }) => message).join('\n')).not.toContain('taken in all the same');
    expect(await breaker()).toMatchObject({ status: 'open', badInARow: 1 });
    expect(eventsOf('breaker.opened')).toHaveLength(1);
    expect((await pipeline.deps.registry.all()).map(({ runId }) => runId)).toEqual([usual.runId]);
  });

  it.each([
    [50, ['volume-change']],
    [79, ['volume-change']],
    [80, []],
    [120, []],
    [121, ['volume-change']],
  ])('is the limit: with %i of 100 rows it goes on, and says %j', async (rows, said) => {
    await takeNext(`${PAR}/usual.csv`, good(100));

    const run = await takeNext(`${PAR}/next.csv`, good(rows));

    expect(run.status).toBe('success');
    expect(codesOf(run).filter((code) => code === 'volume-change')).toEqual(said);
    expect(await breaker()).toMatchObject({ status: 'closed' });
  });
});

describe('the history of a feed', () => {
  it('holds each file with its verdict, and the report shows those before it', async () => {
    const first = await pipeline.takeThrough(`${PAR}/first.csv`, good(100));
    await pipeline.landLaterThan(first);
    const refused = await pipeline.takeThrough(`${PAR}/refused.csv`, bad('refused'));
    await pipeline.landLaterThan(refused);
    const last = await pipeline.takeThrough(`${PAR}/last.csv`, good(101));

    const report = await pipeline.validationOf(last);
    const page = await pipeline.text('runs', `${last.runId}/validation_report.html`);

    expect((await history()).map(({ runId, verdict, rows }) => [runId, verdict, rows])).toEqual([
      [last.runId, 'promote', 101],
      [refused.runId, 'block', 0],
      [first.runId, 'promote', 100],
    ]);
    expect(report.qualityHistory.map(({ runId, verdict }) => [runId, verdict])).toEqual([
      [refused.runId, 'block'],
      [first.runId, 'promote'],
    ]);
    expect(report.score).toMatch(/^\d{2,3}\.\d$/);
    expect(page).toContain(first.runId);
  });

  it('is what it was at the time when an old file is run again', async () => {
    const first = await pipeline.takeThrough(`${PAR}/first.csv`, good(100));
    const before = await pipeline.validationOf(first);
    await pipeline.landLaterThan(first);
    await pipeline.takeThrough(`${PAR}/last.csv`, good(110));
    const messages = await startAgain(first);

    for (const message of messages) await pipeline.deliver(message);
    await pipeline.runDry();

    expect(await pipeline.validationOf(await pipeline.run(first.runId))).toEqual(before);
  });
});

async function history() {
  const { quality } = pipeline.deps;
  const [entry] = (await pipeline.deps.ledger.list()).filter(({ dataset }) => dataset === PAR);
  if (entry === undefined) return [];
  return await quality.history({ dataset: entry.dataset, contract: entry.contract }, 30);
}

async function startAgain({ runId }: RunRecord) {
  const started = await rerun({ runId, from: 'validate', reason: 'a test', dryRun: false }, pipeline.deps);
  if (started.kind !== 'started') throw new Error(started.kind);
  return started.next;
}
