import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call, sentBy } from '../../support/an-invocation.ts';
import { loansFile, parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const REASON = 'version 2 is out';

let pipeline: Pipeline;
let runId: string;
let loansRunId: string;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  ({ runId } = await pipeline.takeThrough(`${PAR}/par.csv`, parFile('REPLAY')));
  ({ runId: loansRunId } = await pipeline.takeThrough('looker/loans/loans.csv', loansFile('REPLAY')));
  (CONTRACTS as Contract[]).push({ ...loanParBalancesV1, version: 2 });
});

const asked = (id: string, body: string, invocation = anInvocation('replay')) =>
  call('replay', { params: { runId: id }, body }, invocation);

describe('replay', () => {
  it('says on a dry run which run there would be, and starts nothing', async () => {
    const invocation = anInvocation('replay');

    const answer = await asked(runId, JSON.stringify({ reason: REASON, dryRun: true }), invocation);

    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      dryRun: true,
      runId: expect.stringMatching(/^run_[0-9a-f]{12}$/),
      replayOf: runId,
      contract: 'loan_par_balances',
      fromVersion: 1,
      toVersion: 2,
      exists: false,
    });
    expect(sentBy(invocation)).toEqual([]);
  });

  it('starts the new run, sends its message, and answers the same run when asked again', async () => {
    const invocation = anInvocation('replay');

    const answer = await asked(runId, JSON.stringify({ reason: REASON }), invocation);

    const [message] = sentBy(invocation);
    expect(answer.status).toBe(202);
    expect(message).toMatchObject({ stage: 'validate', attempt: 1 });
    expect(answer.json()).toMatchObject({
      dryRun: false,
      runId: message?.runId,
      exists: false,
      watch: `/api/runs/${message?.runId}`,
    });
    pipeline.queue.push(...sentBy(invocation));
    await pipeline.runDry();
    const again = await asked(runId, JSON.stringify({ reason: REASON }));
    expect(again.status).toBe(200);
    expect(again.json()).toMatchObject({ runId: message?.runId, exists: true, status: 'success' });
    const shown = await call('run', { params: { runId: message?.runId ?? '' } });
    expect(shown.json()).toMatchObject({
      run: { contractVersion: 2, cause: `replayed from ${runId}: ${REASON}` },
    });
  });

  it('answers 409 where no newer version of the contract is out, and points to rerun', async () => {
    const answer = await asked(loansRunId, JSON.stringify({ reason: REASON }));

    expect(answer.status).toBe(409);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ detail: expect.stringMatching(/loans@1.*rerun/) });
  });

  it.each(['run_000000000000', 'x'])('answers 404 for %s', async (unknown) => {
    expect((await asked(unknown, JSON.stringify({ reason: REASON }))).status).toBe(404);
  });

  it.each([
    '',
    'no json',
    '[]',
    '{}',
    '{"reason": " "}',
    '{"reason": "x", "dryRun": "true"}',
    '{"reason":"x","a":1}',
  ])('answers 400 to the body %j', async (body) => {
    const answer = await asked(runId, body);

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining('Say why') });
  });
});
