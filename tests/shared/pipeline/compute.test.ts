import { beforeAll, describe, expect, it } from '@jest/globals';
import { refreshAffectedRuns } from '../../../shared/pipeline/refresh-affected-runs.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { messageFor } from '../../../shared/pipeline/stage-message.ts';
import { bookMartPath, martPath } from '../../../shared/runs/run-paths.ts';
import { kpiOf, Pipeline } from '../../support/a-pipeline.ts';
import { type PortCall, watched } from '../../support/port-faults.ts';
import { loansFile, parFile, tapeFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

describe('the KPIs of a small book', () => {
  it('are the sums that a person adds up', async () => {
    const run = await pipeline.takeThrough(`${PAR}/sums.csv`, parFile('SUMS'));

    const mart = await pipeline.martOf(run);

    // 1,000 of 4,000; 750 of 4,000; 250 of 4,000 (twice); all five loans owe something.
    expect(kpiOf(mart, 'port.outstanding')).toMatchObject({ value: '4000.00', rows: 5 });
    expect(kpiOf(mart, 'risk.par_7')).toMatchObject({ value: '25.0000000000', numerator: '1000.00' });
    expect(kpiOf(mart, 'risk.par_30')).toMatchObject({ value: '18.7500000000', status: 'critical' });
    expect(kpiOf(mart, 'risk.par_60')).toMatchObject({ value: '6.2500000000' });
    expect(kpiOf(mart, 'risk.par_90')).toMatchObject({ value: '6.2500000000', denominator: '4000.00' });
    expect(kpiOf(mart, 'port.active_loans')).toMatchObject({ value: '5' });
    expect(kpiOf(mart, 'risk.cash_cover')).toMatchObject({
      value: null,
      status: 'not-computable',
      reason: expect.stringContaining('cascade/loan_tape'),
    });
    expect(run.phases.calculation).toMatchObject({
      kpisComputed: mart.kpis.filter(({ value }) => value !== null).length,
      errors: {},
    });
    expect(mart.book).toEqual([expect.objectContaining({ runId: run.runId, rows: 5 })]);
  });
});

describe('a second delivery', () => {
  it('changes nothing and sends the next message again', async () => {
    const run = await pipeline.takeThrough(`${PAR}/twice.csv`, parFile('TWICE'));
    const before = await pipeline.versions();

    const again = await pipeline.deliver(messageFor(run, 'compute'));
    await pipeline.runDry();

    expect(again).toEqual({ kind: 'repeated', next: [messageFor(run, 'publish')] });
    expect(await pipeline.versions()).toEqual(before);
    expect(await pipeline.run(run.runId)).toEqual(run);
  });

  it('of an earlier attempt is stale', async () => {
    const run = await pipeline.takeThrough(`${PAR}/stale.csv`, parFile('STALE'));
    const old = messageFor(run, 'compute');
    await rerun({ runId: run.runId, from: 'compute', reason: 'test', dryRun: false }, pipeline.deps);

    expect(await pipeline.deliver(old)).toEqual({ kind: 'stale', next: [] });
  });
});

describe('a book that was computed before', () => {
  it('is taken over instead of being computed again', async () => {
    const first = await pipeline.takeThrough(`${PAR}/book.csv`, parFile('BOOK'));
    const started = await rerun(
      { runId: first.runId, from: 'compute', reason: 'again', dryRun: false },
      pipeline.deps,
    );
    const calls: PortCall[] = [];
    const before = await pipeline.martBytes(first);

    if (started.kind !== 'started') throw new Error(started.kind);
    for (const message of started.next) {
      await pipeline.deliver(
        message,
        watched(pipeline.deps, (call) => void calls.push(call)),
      );
    }
    await pipeline.runDry();

    expect(calls.filter(({ method }) => method === 'download')).toEqual([]);
    // One session is left: the one that writes the Parquet file of the mart.
    expect(calls.filter(({ port }) => port === 'sql')).toHaveLength(1);
    const run = await pipeline.run(first.runId);
    expect(run).toMatchObject({ status: 'success', attempt: 2, bookId: first.bookId });
    expect(await pipeline.martBytes(run)).toEqual(before);
  });

  it('gives the same bytes of all three forms when it is computed from nothing', async () => {
    const run = await pipeline.takeThrough(`${PAR}/repeat.csv`, parFile('REPEAT'));
    const before = await pipeline.martBytes(run);
    await pipeline.remove('marts', bookMartPath(run.bookId ?? ''));

    const started = await rerun(
      { runId: run.runId, from: 'compute', reason: 'again', dryRun: false },
      pipeline.deps,
    );
    if (started.kind === 'started') pipeline.queue.push(...started.next);
    await pipeline.runDry();

    expect(await pipeline.martBytes(run)).toEqual(before);
    expect(before.csv).toContain('risk.par_30');
  });

  it('is not kept for others when a KPI failed, and the run says which', async () => {
    await pipeline.drop(`${PAR}/failing.csv`, parFile('FAILING'));
    const outcome = await pipeline.announce(`${PAR}/failing.csv`);
    await pipeline.deliver(pipeline.next());
    let sessions = 0;
    const failing: Pipeline['deps'] = {
      ...pipeline.deps,
      sql: {
        open: async (dir) => {
          const session = await pipeline.deps.sql.open(dir);
          sessions += 1;
          if (sessions > 1) return session;
          return {
            run: (sql) => session.run(sql),
            rows: (sql) =>
              sql.includes('mart_loan_par') ? Promise.reject(new Error('disk I/O')) : session.rows(sql),
            batches: (sql) => session.batches(sql),
            numbers: (sql) => session.numbers(sql),
            [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
          };
        },
      },
    };

    await pipeline.deliver(pipeline.next(), failing);

    const run = await pipeline.runOf(outcome);
    expect(run.phases.calculation?.errors).toMatchObject({ 'risk.par_30': 'Error: disk I/O' });
    expect(await pipeline.paths('marts', bookMartPath(run.bookId ?? ''))).toEqual([]);
    await pipeline.runDry();
    expect(await pipeline.run(run.runId)).toMatchObject({ status: 'success' });
  });
});

describe('two computations of one run at the same time', () => {
  it('end with the newer book, although the older one began to write first', async () => {
    const own = await Pipeline.open();
    await own.drop(`${PAR}/race.csv`, parFile('RACE'));
    const outcome = await own.announce(`${PAR}/race.csv`);
    await own.deliver(own.next());
    const message = own.next();
    const paused = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    let marts = 0;
    const slow = watched(own.deps, async ({ method, args }) => {
      if (method !== 'write' || args[0] !== 'marts' || !String(args[1]).startsWith('kpis/')) return;
      marts += 1;
      // After its Parquet file, before its CSV.
      if (marts !== 2) return;
      paused.resolve(undefined);
      await goOn.promise;
    });

    const older = own.deliver(message, slow);
    await paused.promise;
    // The loans arrive: the book is another one now, and the run has a new attempt.
    const loans = await own.takeThrough('looker/loans/race.csv', loansFile('RACE'));
    const newer = await own.martBytes(await own.runOf(outcome));
    goOn.resolve(undefined);
    const late = await older;
    await own.runDry();

    expect(late.kind).toBe('stale');
    const run = await own.runOf(outcome);
    expect(run).toMatchObject({ status: 'success', attempt: 2 });
    expect(await own.martBytes(run)).toEqual(newer);
    expect((await own.martOf(run)).book.map(({ runId }) => runId)).toContain(loans.runId);
  });

  it('end alike when one message is delivered twice at once', async () => {
    const own = await Pipeline.open();
    const run = await own.takeThrough(`${PAR}/at once.csv`, parFile('AT ONCE'));
    const started = await rerun(
      { runId: run.runId, from: 'compute', reason: 'race', dryRun: false },
      own.deps,
    );
    if (started.kind !== 'started') throw new Error(started.kind);
    const [message] = started.next;
    if (message === undefined) throw new Error('no message');

    await Promise.all([own.deliver(message), own.deliver(message)]);
    await own.runDry();

    expect(await own.run(run.runId)).toMatchObject({ status: 'success', attempt: 2 });
    expect(await own.martBytes(run)).toEqual(await own.martBytes(await own.run(run.runId)));
    const { asOf } = run;
    if (asOf === undefined) throw new Error('no date');
    expect((await own.paths('marts', 'kpis/')).toSorted()).toEqual(
      (['csv', 'json', 'parquet'] as const).map((kind) => martPath(asOf, run.runId, kind)),
    );
  });
});

describe('files that arrive together', () => {
  const files = [
    { path: `${PAR}/par.csv`, body: parFile('TOGETHER') },
    { path: 'looker/loans/loans.csv', body: loansFile('TOGETHER', '2025-11-29') },
    { path: 'cascade/loan_tape/tape.csv', body: tapeFile('25000', '2025-11-30') },
  ];
  const orders = permutations([0, 1, 2]);
  const settled = new Map<string, unknown>();

  it.each(orders)('end in the same bytes in the order %i, %i, %i', async (...order) => {
    const own = await Pipeline.open();
    for (const index of order) {
      const file = files[index];
      if (file === undefined) continue;
      await own.drop(file.path, file.body);
      await own.announce(file.path);
      // One stage of one run is worked between two arrivals: the files meet at every point of the way.
      const message = own.queue.shift();
      if (message !== undefined) await own.deliver(message);
    }
    await own.runDry();

    const runs = await own.deps.ledger.list();
    expect(runs.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
    const marts = await Promise.all(runs.map(async (run) => [run.runId, await own.martBytes(run)] as const));
    const state = Object.fromEntries(marts);
    settled.set(order.join(), state);
    expect(state).toEqual(settled.get('0,1,2'));
    const par = runs.find(({ dataset }) => dataset === PAR);
    expect(par && (await own.martOf(par)).book).toHaveLength(3);
  });

  it('are refreshed once: asking again changes nothing', async () => {
    const own = await Pipeline.open();
    for (const { path, body } of files) await own.takeThrough(path, body);
    const runs = await own.deps.ledger.list();

    const messages = await Promise.all(runs.map(({ runId }) => refreshAffectedRuns(runId, own.deps)));

    expect(messages.flat()).toEqual([]);
    expect(await own.deps.ledger.list()).toEqual(runs);
  });
});

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
