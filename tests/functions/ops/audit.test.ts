import { beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { DELIVER_OUTPUT } from '../../../functions/pipeline/deliver.ts';
import { auditOfRun } from '../../../shared/pipeline/audit-of-run.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

// The audit tables over HTTP. The app has the destination in use; nothing here reaches a database.

let pipeline: Pipeline;
let run: RunRecord;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  process.env['DESTINATIONS'] = 'postgres';
  run = await pipeline.takeThrough('looker/loan_par_balances/audited.csv', parFile('AUDITED'));
});

const deliveries = async () => await pipeline.deps.deliveries.all({ destination: 'postgres' });

it('a dry run shows what would be written, with nothing left out, and plans nothing', async () => {
  const invocation = anInvocation('audit');

  const answer = await call('audit', { query: { run: run.runId, dryRun: 'true' } }, invocation);

  const subject = { kind: 'run', runId: run.runId, attempt: run.attempt } as const;
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(await auditOfRun(subject, pipeline.deps))));
  expect(answer.text).not.toContain('AUDITED');
  expect(await deliveries()).toEqual([]);
  expect(invocation.context.extraOutputs.get(DELIVER_OUTPUT)).toBeUndefined();
});

it('a run that was never told there is due, and again when it has been delivered', async () => {
  const invocation = anInvocation('audit');
  const subject = `${run.runId}.${run.attempt}`;

  const answer = await call('audit', { query: { run: run.runId } }, invocation);

  expect(answer.status).toBe(202);
  expect(answer.json()).toEqual({
    destination: 'postgres',
    subject,
    status: 'due',
    watch: '/api/deliveries?destination=postgres',
  });
  const sent = z.array(z.looseObject({})).parse(invocation.context.extraOutputs.get(DELIVER_OUTPUT));
  expect(sent).toMatchObject([{ destination: 'postgres', subject: { kind: 'run', runId: run.runId } }]);
  const [planned] = await deliveries();
  if (planned === undefined) throw new Error('nothing was planned');
  const found = await pipeline.deps.deliveries.get(planned);
  await pipeline.deps.deliveries.save({ ...planned, status: 'delivered', tries: 3 }, found?.version);

  await call('audit', { query: { run: run.runId, attempt: '1' } });

  expect(await deliveries()).toMatchObject([{ status: 'due', tries: 0, plannedAt: planned.plannedAt }]);
});

it.each<[query: Record<string, string>, status: number, said: string]>([
  [{ run: 'run_000000000000' }, 404, 'Run "run_000000000000" is not there.'],
  [{ run: 'RUN', attempt: '7' }, 404, 'It has 1 so far.'],
  [{ run: '../x' }, 400, 'Query parameter run'],
  [{}, 400, 'Query parameter run'],
  [{ run: 'RUN', attempt: '0' }, 400, 'Query parameter attempt'],
])('%j is answered with %i', async (query, status, said) => {
  const asked = { ...query, ...(query['run'] === 'RUN' && { run: run.runId }) };

  const answer = await call('audit', { query: asked });

  expect(answer).toMatchObject({ status });
  expect(answer.json()).toMatchObject({ detail: expect.stringContaining(said) });
});

it('an attempt that has not come to its end is refused, and what to do is said', async () => {
  await pipeline.drop('looker/loan_par_balances/begun.csv', parFile('BEGUN'));
  const begun = await pipeline.runOf(await pipeline.announce('looker/loan_par_balances/begun.csv'));

  const answer = await call('audit', { query: { run: begun.runId, dryRun: 'true' } });

  expect(answer.status).toBe(409);
  expect(answer.json()).toMatchObject({
    detail: `Attempt 1 of ${begun.runId} has not come to its end. Nothing was written. Ask again when it has.`,
  });
});
