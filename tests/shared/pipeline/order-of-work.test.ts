import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { DataBreaker } from '../../../shared/expectations/data-breaker.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import type { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { exampleOf, loanIds, loansOf, parOf } from '../../support/related-files.ts';

// What becomes of the files of a feed follows from when they landed and which days they stand for. In which order, and
// how often, they are worked on makes no difference.

const LOANS = 'looker/loans';
const CUSTOMERS = 'looker/customers';
const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(async () => {
  await pipeline.forget();
  pipeline.logged.length = 0;
});

type File = readonly [path: string, body: string];

/** The files land one after the other; nobody works on them yet. */
async function land(files: readonly File[]): Promise<StageMessage[]> {
  const messages: StageMessage[] = [];
  let last: RunRecord | undefined;
  for (const [path, body] of files) {
    if (last !== undefined) await pipeline.landLaterThan(last);
    await pipeline.drop(path, body);
    last = await pipeline.runOf(await pipeline.announce(path));
    messages.push(pipeline.next());
  }
  return messages;
}

/** Validates them in that order, each with all that follows. */
async function work(messages: readonly StageMessage[]): Promise<void> {
  for (const message of messages) {
    await pipeline.deliver(message);
    await pipeline.runDry();
  }
}

/** What became of them, in the order of landing. */
async function fates(messages: readonly StageMessage[]) {
  const runs = await Promise.all(messages.map(({ runId }) => pipeline.run(runId)));
  return await Promise.all(
    runs.map(async (run) => {
      const report = await pipeline.validationOf(run);
      const counted = report.expectations.filter(({ id }) => id === 'volume' || id === 'collapse');
      return [run.status, ...counted.map(({ status, observed }) => `${status}: ${observed}`)];
    }),
  );
}

async function breaker(dataset: string): Promise<Omit<DataBreaker, 'changedBy' | 'lastRuns'> | undefined> {
  const found = (await pipeline.deps.breakers.get(`data:${dataset}`))?.value;
  if (found === undefined) return undefined;
  const { changedBy: _author, lastRuns: _runs, ...state } = found;
  return state;
}

async function registered(): Promise<string[]> {
  return (await pipeline.deps.registry.all()).map(({ runId }) => runId).toSorted();
}

const month = (day: string, rows: number): string => loansOf(loanIds(rows), LocalDate.parse(day));
const customers = (count: number): string =>
  csvOf(
    Array.from({ length: count }, (_, index) =>
      exampleOf('customers', { customer_id: `CLI${1_000 + index}` }),
    ),
  );
const bad = (tag: string): string => `loan_id_raw,dpd\n${tag},1\n`;

describe('the number of rows', () => {
  it('of an earlier month that is brought in later is not compared with that of later months', async () => {
    const newest = await pipeline.takeThrough(`${LOANS}/2025-11.csv`, month('2025-11-30', 400));
    await pipeline.landLaterThan(newest);
    const backfill = await pipeline.takeThrough(`${LOANS}/2024-01.csv`, month('2024-01-31', 150));

    expect([newest.status, backfill.status]).toEqual(['success', 'success']);
    expect(await breaker(LOANS)).toMatchObject({ status: 'closed' });
  });

  it('of a torn file is too small, whether it or the file before it is worked on first', async () => {
    const files: File[] = [
      [`${CUSTOMERS}/whole.csv`, customers(400)],
      [`${CUSTOMERS}/torn.csv`, customers(100)],
    ];
    const inOrder = await land(files);
    await work(inOrder);
    const expected = {
      fates: await fates(inOrder),
      breaker: await breaker(CUSTOMERS),
      registered: await registered(),
    };
    await pipeline.forget();

    const messages = await land(files);
    await work(messages.toReversed());

    expect(expected.fates.map(([status]) => status)).toEqual(['success', 'rejected']);
    expect(await fates(messages)).toEqual(expected.fates);
    expect(await registered()).toEqual(expected.registered);
    expect((await breaker(CUSTOMERS))?.status).toBe('open');
  });

  it('of months is compared with the months before, in whatever order they are worked on', async () => {
    const files: File[] = [
      [`${LOANS}/2025-08.csv`, month('2025-08-31', 50)],
      [`${LOANS}/2025-09.csv`, month('2025-09-30', 60)],
      [`${LOANS}/2025-11.csv`, month('2025-11-30', 25)],
      [`${LOANS}/2025-10.csv`, month('2025-10-31', 55)],
    ];
    const orders = [
      [0, 1, 2, 3],
      [2, 3, 0, 1],
    ];
    const outcomes: unknown[] = [];

    for (const order of orders) {
      await pipeline.forget();
      const messages = await land(files);
      await work(order.flatMap((index) => messages[index] ?? []));
      outcomes.push({ fates: await fates(messages), registered: await registered() });
    }

    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[0]).toMatchObject({
      fates: [['success'], ['success'], ['rejected'], ['success']].map(([status]) =>
        expect.arrayContaining([status]),
      ),
    });
  });
});

describe('the breaker of a dataset', () => {
  const feed: File[] = [
    [`${PAR}/good.csv`, parOf(loanIds(100))],
    [`${PAR}/bad one.csv`, bad('one')],
    [`${PAR}/bad two.csv`, bad('two')],
    [`${PAR}/bad three.csv`, bad('three')],
  ];

  it('is as it would be had the files been worked on as they landed', async () => {
    const states: unknown[] = [];
    for (const order of [
      [0, 1, 2, 3],
      [1, 3, 2, 0],
    ]) {
      await pipeline.forget();
      const messages = await land(feed);
      await work(order.flatMap((index) => messages[index] ?? []));
      const { openedAt: _since, ...state } = { openedAt: '', ...(await breaker(PAR)) };
      states.push(state);
    }

    expect(states[0]).toMatchObject({ status: 'open', badInARow: 3 });
    expect(states[1]).toEqual(states[0]);
  });

  it('is not closed by an old good file that is judged again', async () => {
    const messages = await land(feed);
    await work(messages);
    const opened = await breaker(PAR);
    const [good] = messages;
    if (good === undefined) throw new Error('a good file landed');

    await rerunFromValidate(good.runId);

    expect((await pipeline.run(good.runId)).attempt).toBe(2);
    expect(opened).toMatchObject({ status: 'open' });
    expect(await breaker(PAR)).toEqual(opened);
    expect(pipeline.logged.filter(({ event }) => event === 'breaker.closed')).toEqual([]);
  });
});

describe('the history of a feed', () => {
  it('has one entry for a file that was judged many times', async () => {
    const first = await pipeline.takeThrough(`${PAR}/first.csv`, parOf(loanIds(100)));
    for (let attempt = 2; attempt <= 4; attempt += 1) await rerunFromValidate(first.runId);

    const { dataset, contract } = first;
    const history = await pipeline.deps.quality.history({ dataset, contract }, 30);

    expect(history.map(({ runId, attempt }) => [runId, attempt])).toEqual([[first.runId, 4]]);
  });
});

async function rerunFromValidate(runId: RunRecord['runId']): Promise<void> {
  const started = await rerun({ runId, from: 'validate', reason: 'a test', dryRun: false }, pipeline.deps);
  if (started.kind !== 'started') throw new Error(started.kind);
  await work(started.next);
}
