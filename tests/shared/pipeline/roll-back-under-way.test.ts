import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Deps } from '../../../shared/app.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { closePoisoned } from '../../../shared/pipeline/close-poisoned.ts';
import { newestMart } from '../../../shared/pipeline/newest-mart.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { type RollbackOutcome, rollBack } from '../../../shared/pipeline/roll-back.ts';
import { rolledBackFiles } from '../../../shared/pipeline/rolled-back-files.ts';
import type { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import { latestPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { kpiOf, Pipeline } from '../../support/a-pipeline.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { csvOf } from '../../support/file-rows.ts';
import { isDeath, type PortCall, ProcessDied, watched } from '../../support/port-faults.ts';
import { MONTH_END, parFile, parRows, tapeFile } from '../../support/small-files.ts';

// A file is rolled back while something else happens: its own publication, another rollback, a failure, a new file.

const PAR = 'looker/loan_par_balances';
const ASKED = { by: 'ana', reason: 'last month’s balances', dryRun: false };

/** Of files that are judged and published without numbers, which takes a tenth of the time. */
let plain: Pipeline;
let pipeline: Pipeline;
beforeAll(async () => {
  const noKpis: Deps['catalog'] = async () => ({ ...(await coreCatalog()), kpis: [], models: [] });
  [plain, pipeline] = await Promise.all([Pipeline.open({ catalog: noKpis }), Pipeline.open()]);
});

/** The same loans without the last one. */
const wrongFile = (tag: string): string => csvOf(parRows(tag).slice(0, -1));

async function land(at: Pipeline, name: string, body: string, after?: RunRecord): Promise<RunRecord> {
  if (after !== undefined) await at.landLaterThan(after);
  return await at.takeThrough(`${PAR}/${name}.csv`, body);
}

async function aFileAndAWrongOne(tag: string, at = pipeline): Promise<{ good: RunRecord; wrong: RunRecord }> {
  await at.forget();
  const good = await land(at, tag, parFile(tag));
  return { good, wrong: await land(at, `${tag}_wrong`, wrongFile(tag), good) };
}

async function askFor({ runId }: RunRecord, at = pipeline): Promise<RollbackOutcome> {
  const outcome = await rollBack({ runId, ...ASKED }, at.deps);
  if (outcome.kind === 'started') at.queue.push(...outcome.next);
  return outcome;
}

async function takenOut(run: RunRecord, at = pipeline): Promise<void> {
  await askFor(run, at);
  await at.runDry();
}

/** `happens` once, just before the first call that `isMoment` names. */
function when(at: Pipeline, isMoment: (call: PortCall) => boolean, happens: () => Promise<void>): Deps {
  let isOver = false;
  return watched(at.deps, async (call) => {
    if (isOver || !isMoment(call)) return;
    isOver = true;
    await happens();
  });
}

/** A process that dies just after the first call that `isMoment` names; what it would have sent is lost. */
async function diesAfter(message: StageMessage, isMoment: (call: PortCall) => boolean): Promise<void> {
  let isNamed = false;
  const mortal = watched(pipeline.deps, (call) => {
    if (isNamed) throw new ProcessDied('just after');
    isNamed = isMoment(call);
  });
  await pipeline.deliver(message, mortal).catch((error: unknown) => {
    if (!isDeath(error)) throw error;
  });
  expect(isNamed).toBe(true);
}

const savesRun =
  ({ runId }: RunRecord) =>
  ({ port, method, args }: PortCall): boolean =>
    port === 'ledger' && method === 'save' && Object(args[0]).runId === runId;

const writesPointer = ({ port, method, args }: PortCall): boolean =>
  port === 'lake' && method === 'write' && args[1] === latestPath('looker/loan_par_balances', PAR_CONTRACT);
const PAR_CONTRACT = 'loan_par_balances';

async function pointedTo(at: Pipeline): Promise<unknown> {
  const [path = ''] = await at.paths('runs', 'latest/looker/');
  return Object(await at.json('runs', path)).runId;
}

async function notices(at = pipeline): Promise<unknown[]> {
  const newest = await newestMart({}, at.deps);
  const mart = newest?.mart ?? { book: [], asOf: LocalDate.parse(MONTH_END) };
  return [...(await rolledBackFiles(mart, at.deps))];
}

describe('a publication that is under way', () => {
  it('leaves nothing of the file in the history of its KPIs', async () => {
    await pipeline.forget();
    const good = await land(pipeline, 'HIST', parFile('HIST'));
    const kpi = kpiOf(await pipeline.martOf(good), 'risk.par_90');
    const before = await pipeline.deps.history.seriesOf(kpi);
    await pipeline.landLaterThan(good);
    await pipeline.drop(`${PAR}/wrong.csv`, wrongFile('HIST'));
    const wrong = await pipeline.runOf(await pipeline.announce(`${PAR}/wrong.csv`));
    await pipeline.deliver(pipeline.next());
    await pipeline.deliver(pipeline.next());
    const records = ({ port, method }: PortCall) => port === 'history' && method === 'record';

    const publishing = when(pipeline, records, async () => await takenOutOf(pipeline, wrong));
    await pipeline.deliver(pipeline.next(), publishing);
    await pipeline.runDry();

    expect(await pipeline.run(wrong.runId)).toMatchObject({ status: 'canceled' });
    expect(await pipeline.deps.history.seriesOf(kpi)).toEqual(before);
  });

  it('does not leave its feed pointing to the file', async () => {
    await plain.forget();
    const good = await land(plain, 'POINT', parFile('POINT'));
    await plain.landLaterThan(good);
    await plain.drop(`${PAR}/wrong.csv`, wrongFile('POINT'));
    const wrong = await plain.runOf(await plain.announce(`${PAR}/wrong.csv`));
    await plain.deliver(plain.next());

    const publishing = when(plain, readsPointer, async () => await takenOutOf(plain, wrong));
    await plain.deliver(plain.next(), publishing);
    await plain.runDry();

    expect(await pointedTo(plain)).toBe(good.runId);
  });

  const readsPointer = ({ port, method, args }: PortCall): boolean =>
    port === 'lake' && method === 'stat' && String(args[1]).startsWith('latest/');

  /** Only the rollback's own messages: the one that is under way has been taken off the queue. */
  async function takenOutOf(at: Pipeline, run: RunRecord): Promise<void> {
    await takenOut(await at.run(run.runId), at);
  }
});

describe('two rollbacks at the same time', () => {
  it('leave the feed pointing to the file that is left', async () => {
    const { good, wrong } = await aFileAndAWrongOne('BOTH', plain);
    const worse = await land(plain, 'worse', csvOf(parRows('BOTH').slice(0, -2)), wrong);
    await askFor(worse, plain);
    const message = plain.next();

    const both = when(plain, writesPointer, async () => await takenOut(wrong, plain));
    await plain.deliver(message, both);
    await plain.runDry();

    expect(await pointedTo(plain)).toBe(good.runId);
  });
});

describe('a file that counts again', () => {
  it('is published, also when the process dies and its correction comes before the next delivery', async () => {
    const { good, wrong } = await aFileAndAWrongOne('DIES');
    await askFor(wrong);
    const message = pipeline.next();
    await diesAfter(message, savesRun(good));
    await pipeline.landLaterThan(wrong);
    await pipeline.drop(`${PAR}/right.csv`, parFile('RIGHT'));
    await pipeline.announce(`${PAR}/right.csv`);
    await pipeline.deliver(pipeline.next());
    pipeline.queue.length = 0;

    await pipeline.deliver(message);

    expect(await pipeline.run(good.runId)).toMatchObject({ status: 'running', stage: 'publish' });
    expect(pipeline.queue).toContainEqual(expect.objectContaining({ runId: good.runId, stage: 'publish' }));
  });

  it('is published, also when the process dies and the rollback is taken back before the next delivery', async () => {
    const { good, wrong } = await aFileAndAWrongOne('BACK');
    await askFor(wrong);
    const message = pipeline.next();
    await diesAfter(message, savesRun(good));
    await rerun({ runId: wrong.runId, from: 'validate', reason: 'right', dryRun: false }, pipeline.deps);

    await pipeline.deliver(message);

    expect(pipeline.queue).toContainEqual(expect.objectContaining({ runId: good.runId, stage: 'publish' }));
  });
});

describe('a rollback that fails', () => {
  it('shows no number of the file, says so, and can be asked for again', async () => {
    const { good, wrong } = await aFileAndAWrongOne('FAILS');
    await askFor(wrong);
    const message = pipeline.next();
    await diesAfter(message, ({ port, method }) => port === 'registry' && method === 'remove');
    await closePoisoned({ queue: 'validate-poison', messageId: 'm', body: message }, pipeline.deps);

    const failed = await pipeline.run(wrong.runId);
    expect(failed).toMatchObject({ status: 'failed' });
    expect(failed.problems[0]?.message).toContain('roll the run back again');
    expect((await newestMart({}, pipeline.deps))?.run.runId).toBe(good.runId);
    expect(await notices()).toMatchObject([{ runId: wrong.runId }]);

    await takenOut(wrong);

    expect(await pipeline.run(wrong.runId)).toMatchObject({ status: 'canceled', attempt: 3 });
    expect(await pipeline.run(good.runId)).toMatchObject({ status: 'success', attempt: 2 });
  });
});

describe('a rollback that is taken back', () => {
  it('is not by a rerun from a later stage, which would not look at the file', async () => {
    const { wrong } = await aFileAndAWrongOne('LATER', plain);
    await askFor(wrong, plain);

    const outcome = await rerun(
      { runId: wrong.runId, from: 'publish', reason: 'late', dryRun: false },
      plain.deps,
    );

    expect(outcome).toEqual({
      kind: 'impossible',
      why: 'ana has rolled its file back; rerun it from validate if it was right after all',
    });
  });

  it('shows the numbers of the file once it was accepted anew, and not before', async () => {
    const { good, wrong } = await aFileAndAWrongOne('ANEW');
    await takenOut(wrong);

    await rerun({ runId: wrong.runId, from: 'validate', reason: 'right', dryRun: false }, pipeline.deps);

    expect((await newestMart({}, pipeline.deps))?.run.runId).toBe(good.runId);
  });
});

describe('the notice', () => {
  it('is not given of a file that no number would come from', async () => {
    const { wrong } = await aFileAndAWrongOne('NONE', plain);

    await takenOut(wrong, plain);

    expect(await notices(plain)).toEqual([]);
  });
});

it('numbers of a run that failed are computed again without a file that was rolled back', async () => {
  await pipeline.forget();
  const par = await land(pipeline, 'FAILED', parFile('FAILED'));
  const tape = await pipeline.takeThrough('cascade/loan_tape/tape.csv', tapeFile('1'));
  await rerun({ runId: tape.runId, from: 'publish', reason: 'again', dryRun: false }, pipeline.deps);
  const body = { v: 1, runId: tape.runId, stage: 'publish', attempt: tape.attempt + 1 };
  await closePoisoned({ queue: 'publish-poison', messageId: 'm', body }, pipeline.deps);
  expect(await pipeline.run(tape.runId)).toMatchObject({ status: 'failed' });

  await takenOut(par);

  expect(await pipeline.run(tape.runId)).toMatchObject({ status: 'success' });
  expect((await pipeline.martOf(tape)).book.map(({ relation }) => relation)).toEqual(['cascade_loan_tape']);
});

it('a later report that waits because of the file is published, also when the file is gone by then', async () => {
  await pipeline.forget();
  const later = await land(pipeline, 'LATER', parFile('LATER', '2025-12-31'));
  await pipeline.drop(`${PAR}/before.csv`, parFile('BEFORE'));
  const before = await pipeline.runOf(await pipeline.announce(`${PAR}/before.csv`));
  await pipeline.deliver(pipeline.next());
  while (pipeline.queue[0]?.runId !== before.runId || pipeline.queue[0].stage !== 'publish')
    await pipeline.deliver(pipeline.next());
  const message = pipeline.next();
  await pipeline.runDry();
  await diesAfter(message, savesRun(later));

  await takenOut(before);
  await pipeline.deliver(message);
  await pipeline.runDry();

  expect(await pipeline.run(before.runId)).toMatchObject({ status: 'canceled' });
  expect(await pipeline.run(later.runId)).toMatchObject({ status: 'success' });
});
