import { beforeEach, describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { closePoisoned } from '../../../shared/pipeline/close-poisoned.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { loanIds, loansOf, parOf, paymentsOf } from '../../support/related-files.ts';
import { loansFile, parFile, tapeFile } from '../../support/small-files.ts';

// Attempts that one run begins of others: which there must be, and that their messages leave whatever becomes of it.

const PAR = 'looker/loan_par_balances/par.csv';
const LOANS = 'looker/loans/loans.csv';

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.open();
});

describe('the messages of attempts that were begun', () => {
  it('are sent again when the worker died after it had closed its own run as rejected', async () => {
    const par = await pipeline.takeThrough(PAR, parFile('BEGUN'));
    const loans = await pipeline.takeThrough(LOANS, loansFile('BEGUN'));
    await pipeline.deps.lake.write('raw', loans.rawPath ?? '', 'loan_id\nX\n');
    const started = await rerun(
      { runId: loans.runId, from: 'validate', reason: 'a test', dryRun: false },
      pipeline.deps,
    );
    if (started.kind !== 'started') throw new Error(started.kind);
    const [message] = started.next;
    if (message === undefined) throw new Error('no message');
    await pipeline.deliver(message);
    pipeline.queue.length = 0;

    const again = await pipeline.deliver(message);
    const rejected = await pipeline.run(loans.runId);
    await pipeline.runDry();

    expect(rejected).toMatchObject({ status: 'rejected', attempt: message.attempt });
    expect(again).toMatchObject({ kind: 'repeated', next: [{ runId: par.runId, stage: 'validate' }] });
    const after = await pipeline.run(par.runId);
    expect(after).toMatchObject({ status: 'success', cause: 'looker/loans as of 2025-11-30 was withdrawn' });
    expect((await pipeline.martOf(after)).book.map(({ runId }) => runId)).toEqual([par.runId]);
  });

  it('are sent again when another file has begun a new attempt of their own run meanwhile', async () => {
    const par = await pipeline.takeThrough(PAR, parFile('BEGUN'));
    await pipeline.drop(LOANS, loansFile('BEGUN'));
    const { runId } = await pipeline.announce(LOANS);
    const message = pipeline.next();
    await pipeline.deliver(message);
    pipeline.queue.length = 0;
    await pipeline.takeThrough('cascade/loan_tape/tape.csv', tapeFile('1'));
    const waiting = await pipeline.run(par.runId);

    const again = await pipeline.deliver(message);
    await pipeline.runDry();

    expect(waiting).toMatchObject({ status: 'running', stage: 'validate', attempt: 2 });
    expect(await pipeline.runOf({ runId })).toMatchObject({ attempt: 2 });
    expect(again.kind).toBe('stale');
    expect(again.next).toContainEqual(
      expect.objectContaining({ v: 1, runId: par.runId, stage: 'validate', attempt: 2 }),
    );
    expect(await pipeline.run(par.runId)).toMatchObject({ status: 'success' });
  });
});

describe('a run that failed after its rows had come into the books', () => {
  it('is checked again when the files come that its rows refer to', async () => {
    const path = 'looker/transactions/payments.csv';
    await pipeline.drop(path, paymentsOf(loanIds(402)));
    await pipeline.announce(path);
    await pipeline.deliver(pipeline.next());
    const poison = pipeline.next();
    await closePoisoned({ queue: poison.stage, messageId: 'one', body: poison }, pipeline.deps);
    const failed = await pipeline.run(poison.runId);

    await pipeline.takeThrough(LOANS, loansOf(loanIds(400)));

    expect(failed).toMatchObject({ status: 'failed', stage: 'compute', rejectedRows: 0 });
    const run = await pipeline.run(poison.runId);
    expect(run).toMatchObject({ status: 'success', attempt: 2, rejectedRows: 2 });
    expect(run.lastError).toBeUndefined();
  });
});

describe('a book whose rows have changed', () => {
  it('is another book, although it is made of the same files', async () => {
    const files = {
      par: { path: PAR, body: parOf(loanIds(401)) },
      december: { path: LOANS, body: loansOf(loanIds(401), LocalDate.parse('2025-12-10')) },
      // It lacks a loan that has a balance: that row of the balances is set aside.
      november: {
        path: 'looker/loans/november.csv',
        body: loansOf(loanIds(400), LocalDate.parse('2025-11-28')),
      },
    };
    await pipeline.takeThrough(files.par.path, files.par.body);
    const before = await pipeline.takeThrough(files.december.path, files.december.body);
    const calm = await Pipeline.open();
    for (const { path, body } of [files.november, files.par, files.december])
      await calm.takeThrough(path, body);

    await pipeline.takeThrough(files.november.path, files.november.body);

    const [after, expected] = [await pipeline.run(before.runId), await calm.run(before.runId)];
    expect(after).toMatchObject({
      status: 'success',
      cause: 'looker/loan_par_balances as of 2025-11-30 arrived',
    });
    expect(after.bookId).not.toBe(before.bookId);
    expect(after.bookId).toBe(expected.bookId);
    expect(await pipeline.martOf(after)).toEqual(await calm.martOf(expected));
    expect((await pipeline.martOf(after)).book.map(({ rows }) => rows)).toEqual([400, 401]);
  });
});
