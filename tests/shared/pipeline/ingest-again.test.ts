import { beforeAll, describe, expect, it } from '@jest/globals';
import { amendRun } from '../../../shared/ports/run-ledger.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aLoan, aParRow, csvOf } from '../../support/file-rows.ts';
import { dyingAt, ProcessDied } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

describe('the same thing again', () => {
  it('changes nothing when the event of one landing comes twice', async () => {
    const run = await pipeline.takeThrough(`${PAR}/twice.csv`, parFile('TWICE'));
    const before = await pipeline.versions();

    const again = await pipeline.announce(`${PAR}/twice.csv`);

    expect(again).toMatchObject({ outcome: 'accepted', runId: run.runId, next: [] });
    expect(await pipeline.run(run.runId)).toEqual(run);
    expect(await pipeline.versions()).toEqual(before);
  });

  it('sends the message again when the event comes twice before the first was worked', async () => {
    await pipeline.drop(`${PAR}/impatient.csv`, parFile('IMPATIENT'));
    const first = await pipeline.announce(`${PAR}/impatient.csv`);

    const second = await pipeline.announce(`${PAR}/impatient.csv`);

    expect(second.next).toEqual(first.next);
    await pipeline.runDry();
    expect(await pipeline.runOf(second)).toMatchObject({
      attempt: 1,
      status: 'success',
    });
  });

  it('is a duplicate under another name, which points to the first run and costs nothing', async () => {
    await pipeline.forget();
    const body = parFile('OTHER NAME');
    const run = await pipeline.takeThrough(`${PAR}/first name.csv`, body);
    const before = await pipeline.versions();
    await pipeline.drop(`${PAR}/second name.csv`, body);

    const outcome = await pipeline.announce(`${PAR}/second name.csv`);

    expect(outcome).toMatchObject({
      outcome: 'duplicate',
      runId: run.runId,
      next: [],
      detail: expect.stringContaining(`(run ${run.runId}); nothing was computed again.`),
    });
    // It may have landed within the same second.
    const { landedAgain: _, ...after } = await pipeline.run(run.runId);
    expect(after).toEqual({ ...run, duplicates: 1, updatedAt: expect.any(String) });
    expect(await pipeline.versions()).toEqual(before);
    expect(pipeline.logged.filter(({ event }) => event === 'file.duplicate').at(-1)).toMatchObject({
      level: 'info',
      fields: { runId: run.runId },
    });
  });

  it('is counted once when the event of a duplicate comes twice', async () => {
    await pipeline.forget();
    const body = parFile('COUNTED');
    const run = await pipeline.takeThrough(`${PAR}/counted 1.csv`, body);
    await pipeline.drop(`${PAR}/counted 2.csv`, body);
    await pipeline.announce(`${PAR}/counted 2.csv`);

    const outcome = await pipeline.announce(`${PAR}/counted 2.csv`);

    expect(outcome).toMatchObject({ outcome: 'duplicate', runId: run.runId, next: [] });
    expect(await pipeline.run(run.runId)).toMatchObject({ duplicates: 1 });
  });

  it('is a duplicate in another source folder when its header leads to the same dataset', async () => {
    await pipeline.forget();
    const body = parFile('BY HEADER');
    const run = await pipeline.takeThrough(`${PAR}/by header.csv`, body);
    await pipeline.drop('inbox/by header.csv', body);

    const outcome = await pipeline.announce('inbox/by header.csv');

    expect(outcome).toMatchObject({ outcome: 'duplicate', runId: run.runId });
  });

  it('is another run when the content under the name has changed', async () => {
    const first = await pipeline.takeThrough(`${PAR}/changing.csv`, parFile('CHANGING 1'));

    const second = await pipeline.takeThrough(`${PAR}/changing.csv`, parFile('CHANGING 2'));

    expect(second.runId).not.toBe(first.runId);
    expect([first.status, second.status]).toEqual(['success', 'success']);
    expect(await pipeline.text('raw', first.rawPath ?? '')).toBe(parFile('CHANGING 1'));
  });

  it('points to the rejected run when a bad file is dropped again unchanged', async () => {
    const body = csvOf([aParRow({ dpd: 'many', loan_id_raw: 'AGAIN' })]);
    const run = await pipeline.takeThrough(`${PAR}/bad.csv`, body);
    await pipeline.drop(`${PAR}/bad again.csv`, body);

    const outcome = await pipeline.announce(`${PAR}/bad again.csv`);

    expect(run.status).toBe('rejected');
    expect(outcome).toMatchObject({ outcome: 'duplicate', runId: run.runId, next: [] });
  });
});

describe('a file that is dropped again', () => {
  it('gets a new attempt from validate when its run had failed', async () => {
    const path = `${PAR}/failed.csv`;
    const run = await pipeline.takeThrough(path, parFile('FAILED'));
    await overwriteStatus(run.runId, 'failed');

    await pipeline.drop(path, parFile('FAILED'));
    const outcome = await pipeline.announce(path);
    await pipeline.runDry();

    expect(outcome.next).toEqual([expect.objectContaining({ stage: 'validate', attempt: 2 })]);
    expect(await pipeline.run(run.runId)).toMatchObject({
      status: 'success',
      attempt: 2,
      cause: 'dropped again after a failure',
    });
  });

  it('is judged again when it had no date and now its name has one', async () => {
    const body = csvOf([aLoan({ loan_id: 'UNDATED', company: 'ABT' })]);
    const rejected = await pipeline.takeThrough('looker/loans/undated.csv', body);

    const run = await pipeline.takeThrough('looker/loans/undated_2026-02-10.csv', body);

    expect(rejected).toMatchObject({ status: 'rejected', problems: [{ code: 'no-as-of' }] });
    expect(run).toMatchObject({
      runId: rejected.runId,
      status: 'success',
      attempt: 2,
      asOf: '2026-02-10',
      cause: 'dropped again with its day',
    });
  });

  it('is judged again when it had no date and now its metadata has one', async () => {
    const body = csvOf([aLoan({ loan_id: 'UNDATED TOO' })]);
    await pipeline.takeThrough('looker/loans/undated too.csv', body);

    const run = await pipeline.takeThrough('looker/loans/undated too.csv', body, { asof: '2026-02-11' });

    expect(run).toMatchObject({ status: 'success', attempt: 2, asOf: '2026-02-11' });
  });

  it('stays a duplicate when it had no date and still has none', async () => {
    const body = csvOf([aLoan({ loan_id: 'DATELESS' })]);
    const rejected = await pipeline.takeThrough('looker/loans/dateless.csv', body);
    await pipeline.drop('looker/loans/dateless again.csv', body);

    const outcome = await pipeline.announce('looker/loans/dateless again.csv');

    expect(outcome).toMatchObject({ outcome: 'duplicate', runId: rejected.runId });
  });

  it('replaces its own snapshot when its second attempt has another date', async () => {
    const body = csvOf([aLoan({ loan_id: 'REDATED' })]);
    const run = await pipeline.takeThrough('looker/loans/redated_2026-01-01.csv', body);
    await overwriteStatus(run.runId, 'failed');

    const redated = await pipeline.takeThrough('looker/loans/redated_2026-01-02.csv', body);

    expect(redated).toMatchObject({ runId: run.runId, status: 'success', asOf: '2026-01-02' });
    const snapshots = (await pipeline.deps.registry.all()).filter(({ runId }) => runId === run.runId);
    expect(snapshots.map(({ asOf }) => asOf)).toEqual(['2026-01-02']);
  });

  it('is carried on with when the delivery that claimed it died and its file is gone', async () => {
    const body = parFile('ORPHAN');
    await pipeline.drop(`${PAR}/orphan.csv`, body);
    // The seventh call is the first one after the claim.
    const { deps, calls } = dyingAt(pipeline.deps, 7);
    await expect(pipeline.announce(`${PAR}/orphan.csv`, deps)).rejects.toThrow(ProcessDied);
    expect(calls.map(({ method }) => method)).toContain('claim');
    await pipeline.remove('landing', `${PAR}/orphan.csv`);

    const run = await pipeline.takeThrough(`${PAR}/orphan again.csv`, body);

    expect(run).toMatchObject({ status: 'success', attempt: 1, drop: { path: `${PAR}/orphan again.csv` } });
  });

  async function overwriteStatus(runId: Pipeline['queue'][number]['runId'], status: 'failed'): Promise<void> {
    await amendRun(pipeline.deps.ledger, runId, (run) => ({ ...run, status }));
  }
});
