import { beforeAll, describe, expect, it } from '@jest/globals';
import { RunId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { newestMart } from '../../../shared/pipeline/newest-mart.ts';
import { replay } from '../../../shared/pipeline/replay.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { type RollbackOutcome, rollBack } from '../../../shared/pipeline/roll-back.ts';
import { rolledBackFiles, stillCounted } from '../../../shared/pipeline/rolled-back-files.ts';
import { artifactPath, reportPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { dyingAtChange, isDeath, nameOf } from '../../support/port-faults.ts';
import { loansFile, MONTH_END, parFile, parRows } from '../../support/small-files.ts';

// An operator takes a file out of the numbers: what counted before counts again, as if the file had never come.

const PAR = 'looker/loan_par_balances';
const ASKED = { by: 'ana', reason: 'the export had last month’s balances' };

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

/** A file, and the wrong one that replaced it. */
async function aFileAndAWrongOne(tag: string, at = pipeline): Promise<{ good: RunRecord; wrong: RunRecord }> {
  await at.forget();
  const good = await at.takeThrough(`${PAR}/${tag}.csv`, parFile(tag));
  await at.landLaterThan(good);
  const wrong = await at.takeThrough(`${PAR}/${tag}_wrong.csv`, wrongFile(tag));
  return { good, wrong };
}

/** The same loans without the last one. */
function wrongFile(tag: string): string {
  return csvOf(parRows(tag).slice(0, -1));
}

async function rolledBack(runId: RunId, deps = pipeline.deps): Promise<RollbackOutcome> {
  const outcome = await rollBack({ runId, ...ASKED, dryRun: false }, deps);
  if (outcome.kind === 'started') pipeline.queue.push(...outcome.next);
  return outcome;
}

describe('a rollback', () => {
  it('only says on a dry run what would count instead', async () => {
    const { good, wrong } = await aFileAndAWrongOne('DRY');

    const outcome = await rollBack({ runId: wrong.runId, ...ASKED, dryRun: true }, pipeline.deps);

    expect(outcome).toEqual({
      kind: 'planned',
      plan: {
        runId: wrong.runId,
        attempt: 2,
        dataset: 'looker/loan_par_balances',
        asOf: '2025-11-30',
        standsInstead: { runId: good.runId, asOf: '2025-11-30' },
        sameContent: [],
        publishedAgain: [],
      },
    });
    expect(await pipeline.run(wrong.runId)).toEqual(wrong);
  });

  it('brings the numbers of the file before back, the same bytes, and says so where they are read', async () => {
    const { good, wrong } = await aFileAndAWrongOne('BACK');
    const before = await pipeline.martBytes(good);

    await rolledBack(wrong.runId);
    await pipeline.runDry();

    expect(await pipeline.run(wrong.runId)).toMatchObject({
      status: 'canceled',
      attempt: 2,
      cause: `rolled back by ana: ${ASKED.reason}`,
      problems: [{ code: 'rolled-back', severity: 'warning' }],
    });
    const newest = await newestMart({}, pipeline.deps);
    expect(newest?.run.runId).toBe(good.runId);
    expect(await pipeline.martBytes(good)).toEqual(before);
    const restored = await pipeline.run(good.runId);
    expect(restored).toMatchObject({ status: 'success', attempt: 2 });
    const sentence = `The file of ${PAR} as of 2025-11-30 was rolled back by ana on `;
    for (const extension of ['md', 'html'] as const) {
      const report = await pipeline.text(
        'reports',
        reportPath(LocalDate.parse(MONTH_END), good.runId, extension),
      );
      expect(report.replaceAll('\\', '')).toContain(sentence);
    }
  });

  it('leaves the wrong file, and what became of it, for whoever asks later', async () => {
    const { wrong } = await aFileAndAWrongOne('KEPT');
    await rolledBack(wrong.runId);
    await pipeline.runDry();

    expect(await pipeline.deps.lake.stat('raw', wrong.rawPath ?? '')).toBeDefined();
    expect(
      await pipeline.deps.lake.stat('runs', artifactPath(wrong.runId, 'attempts/1/summary.json')),
    ).toBeDefined();
    const summary = await pipeline.json('runs', artifactPath(wrong.runId, 'summary.json'));
    expect(summary).toMatchObject({ status: 'canceled', attempt: 2 });
  });

  it('has runs of other datasets computed again without the file, where they used it', async () => {
    await pipeline.forget();
    const loans = await pipeline.takeThrough('looker/loans/loans.csv', loansFile('OTHER'));
    const par = await pipeline.takeThrough(`${PAR}/par.csv`, parFile('OTHER'));
    expect(relationsOf(await pipeline.martOf(par))).toContain('looker_loans');

    const outcome = await rolledBack(loans.runId);
    const shownMeanwhile = await stillCounted(await pipeline.martOf(par), pipeline.deps);
    await pipeline.runDry();

    expect(outcome).toMatchObject({ plan: { standsInstead: undefined, publishedAgain: [par.runId] } });
    expect(shownMeanwhile).toMatchObject([{ runId: loans.runId, by: 'ana', isStillCounted: true }]);
    expect(await stillCounted(await pipeline.martOf(par), pipeline.deps)).toEqual([]);
    expect(await pipeline.run(par.runId)).toMatchObject({ status: 'success', attempt: par.attempt + 1 });
    expect(relationsOf(await pipeline.martOf(par))).not.toContain('looker_loans');
  });

  it('is impossible where no number has its rows', async () => {
    const rejected = await pipeline.takeThrough(`${PAR}/bad.csv`, 'a,b\n1,2\n');
    const { wrong } = await aFileAndAWrongOne('TWICE');
    await rolledBack(wrong.runId);
    await pipeline.runDry();

    expect(await rolledBack(wrong.runId)).toEqual({
      kind: 'impossible',
      why: 'ana has rolled it back already',
    });
    expect((await rolledBack(rejected.runId)).kind).not.toBe('started');
    expect(await rolledBack(RunId.parse('run_000000000000'))).toEqual({ kind: 'unknown' });
  });
});

describe('the notice of a rollback', () => {
  it('ends in the reports of other datasets as well when the good file is dropped again', async () => {
    await pipeline.forget();
    const rows = loansFile('NOTICE');
    const loans = await pipeline.takeThrough('looker/loans/loans.csv', rows);
    const par = await pipeline.takeThrough(`${PAR}/par.csv`, parFile('NOTICE'));
    await pipeline.landLaterThan(loans);
    const wrong = await pipeline.takeThrough('looker/loans/wrong.csv', rows.replaceAll('500.0', '400.0'));
    await rolledBack(wrong.runId);
    await pipeline.runDry();
    const telling = await pipeline.run(par.runId);
    const mart = await pipeline.martBytes(par);
    await pipeline.landLaterThan(wrong);

    await pipeline.drop('looker/loans/again.csv', rows);
    await pipeline.announce('looker/loans/again.csv');
    let message = pipeline.next();
    for (; message.stage !== 'publish'; message = pipeline.next()) await pipeline.deliver(message);
    await pipeline.deliver(message);
    // Its messages are lost with the process; the runtime delivers it again.
    pipeline.queue.length = 0;
    await pipeline.deliver(message);
    await pipeline.runDry();

    expect(telling.toldRollbacks?.runIds).toEqual([wrong.runId]);
    expect(await pipeline.run(par.runId)).toMatchObject({
      status: 'success',
      attempt: telling.attempt + 1,
      cause: 'the file of looker/loans as of 2025-11-30 counts again',
      toldRollbacks: { attempt: telling.attempt + 1, runIds: [] },
    });
    const report = await pipeline.text('runs', artifactPath(par.runId, 'report.md'));
    expect(report).not.toContain('rolled back');
    expect(await pipeline.martBytes(par)).toEqual(mart);
  });
});

describe('a file that was rolled back', () => {
  it('stays out when it comes again, or a new version of its contract is asked for', async () => {
    const { good, wrong } = await aFileAndAWrongOne('STAYS');
    await rolledBack(wrong.runId);
    await pipeline.runDry();
    await pipeline.landLaterThan(wrong);

    const again = await pipeline.takeThrough(`${PAR}/again.csv`, wrongFile('STAYS'));
    const replayed = await replay({ runId: wrong.runId, reason: 'try', dryRun: false }, pipeline.deps);

    expect(again).toMatchObject({ runId: wrong.runId, status: 'canceled', attempt: 2 });
    expect(replayed).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('ana has rolled it back'),
    });
    expect((await newestMart({}, pipeline.deps))?.run.runId).toBe(good.runId);
  });

  it('counts again after a rerun from validate', async () => {
    const { wrong } = await aFileAndAWrongOne('RERUN');
    const before = await pipeline.martBytes(wrong);
    await rolledBack(wrong.runId);
    await pipeline.runDry();

    const outcome = await rerun(
      { runId: wrong.runId, from: 'validate', reason: 'it was right', dryRun: false },
      pipeline.deps,
    );
    if (outcome.kind === 'started') pipeline.queue.push(...outcome.next);
    await pipeline.runDry();

    expect(await pipeline.run(wrong.runId)).toMatchObject({ status: 'success', attempt: 3 });
    expect((await newestMart({}, pipeline.deps))?.run.runId).toBe(wrong.runId);
    expect(await pipeline.martBytes(wrong)).toEqual(before);
    expect(await noticesOfNewest()).toEqual([]);
  });

  it('is told of until a newer file of its kind counts', async () => {
    const { wrong } = await aFileAndAWrongOne('UNTIL');
    await rolledBack(wrong.runId);
    await pipeline.runDry();

    expect(await noticesOfNewest()).toMatchObject([{ runId: wrong.runId, ...ASKED, asOf: '2025-11-30' }]);

    await pipeline.landLaterThan(wrong);
    await pipeline.takeThrough(`${PAR}/right.csv`, parFile('UNTIL2'));

    expect(await noticesOfNewest()).toEqual([]);
  });
});

it('ends the same wherever the process dies, and however often its message comes', async () => {
  const calm = await aFileAndAWrongOne('CALM');
  await rolledBack(calm.wrong.runId);
  await pipeline.runDry();
  let deaths = 0;
  // Every third change: what lies between is of the same few kinds, and each death costs two runs.
  for (let fatal = 1; ; fatal += 3) {
    const { good, wrong } = await aFileAndAWrongOne(`DIES${fatal}`);
    const before = await pipeline.martBytes(good);
    await rolledBack(wrong.runId);
    const message = pipeline.next();
    const { deps, changes } = dyingAtChange(pipeline.deps, fatal);
    // What it would have sent is lost with it.
    await pipeline.deliver(message, deps).catch((error: unknown) => {
      if (!isDeath(error)) throw error;
    });
    pipeline.queue.length = 0;
    await pipeline.deliver(message);
    await pipeline.deliver(message);
    await pipeline.runDry();

    const last = changes[fatal - 1];
    const told = [last === undefined ? 'the end' : nameOf(last)];
    const after = await pipeline.run(good.runId);
    expect([...told, (await pipeline.run(wrong.runId)).status, after.status, after.attempt]).toEqual([
      ...told,
      'canceled',
      'success',
      2,
    ]);
    expect(await pipeline.martBytes(good)).toEqual(before);
    expect((await newestMart({}, pipeline.deps))?.run.runId).toBe(good.runId);
    if (changes.length < fatal) break;
    deaths += 1;
  }
  expect(deaths).toBeGreaterThan(3);
});

function relationsOf({ book }: KpiMart): string[] {
  return book.map(({ relation }) => relation);
}

async function noticesOfNewest(): Promise<unknown> {
  const newest = await newestMart({}, pipeline.deps);
  if (newest === undefined) throw new Error('there are no numbers');
  return await rolledBackFiles(newest.mart, pipeline.deps);
}
