import { expect, it } from '@jest/globals';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

it('without the destination a dry run is shown all the same, and a write says which setting it needs', async () => {
  const pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  const run = await pipeline.takeThrough('looker/loan_par_balances/audited.csv', parFile('AUDITED'));

  const shown = await call('audit', { query: { run: run.runId, dryRun: 'true' } });
  const refused = await call('audit', { query: { run: run.runId } });

  expect(shown.status).toBe(200);
  expect(refused).toMatchObject({ status: 409 });
  expect(refused.json()).toMatchObject({
    detail: expect.stringContaining('postgres in the setting DESTINATIONS'),
  });
  expect(await pipeline.deps.deliveries.all({})).toEqual([]);
});
