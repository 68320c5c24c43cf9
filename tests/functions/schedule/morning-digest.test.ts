import type { InvocationContext, Timer } from '@azure/functions';
import { beforeAll, expect, it } from '@jest/globals';
import { morningDigestTimer } from '../../../functions/schedule/morning-digest.ts';
import { compliancePath, monthBefore, monthOf, spanOf } from '../../../shared/compliance/compliance-month.ts';
import { localDateOf } from '../../../shared/domain/local-date.ts';
import { dutiesPath } from '../../../shared/duties/daily-duties.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation } from '../../support/an-invocation.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { parFile } from '../../support/small-files.ts';

const TIMER: Timer = {
  isPastDue: false,
  schedule: { adjustForDST: false },
  scheduleStatus: { last: '', next: '', lastUpdated: '' },
};

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open({
    catalog: async () => ({ ...(await coreCatalog()), kpis: [], models: [] }),
  });
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
});

const fire = async (context: InvocationContext) => await morningDigestTimer.handler(TIMER, context);

it('does the duties of the day, and keeps the report of the month that is over once any file had come in it', async () => {
  const run = await pipeline.takeThrough('looker/loan_par_balances/par.csv', parFile('DIGEST'));
  const now = new Date(run.drop.landedAt);
  const before = monthBefore(monthOf(now));

  await fire(anInvocation('morning-digest').context);
  const tooEarly = await pipeline.paths('audit', 'compliance/');
  const found = await pipeline.deps.ledger.find(run.runId);
  if (found === undefined) throw new Error('there is no such run');
  const drop = { ...found.value.drop, landedAt: spanOf(before).from };
  await pipeline.deps.ledger.save({ ...found.value, drop }, found.version);
  await fire(anInvocation('morning-digest').context);

  expect(await pipeline.paths('runs', dutiesPath(localDateOf(now)))).toHaveLength(1);
  expect([tooEarly, await pipeline.paths('audit', 'compliance/')]).toEqual([[], [compliancePath(before)]]);
});
