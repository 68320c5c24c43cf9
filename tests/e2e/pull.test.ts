import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { KpiResult } from '../../shared/kpis/kpi-result.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { aTapeRow, csvOf } from '../support/file-rows.ts';
import { loansFile, MONTH_END } from '../support/small-files.ts';
import { SourceStubs } from '../support/source-stubs.ts';
import { CASCADE_PATHS, CASCADE_SESSION } from '../support/stub-cascade.ts';
import { HUBSPOT_KEY } from '../support/stub-hubspot.ts';
import { META_ACCOUNT, META_TOKEN } from '../support/stub-meta.ts';
import { until } from '../support/until.ts';

// A host that is asked to pull, and one of whose schedules is due every second: what it brings becomes runs and figures.

const Sources = z.object({
  sources: z.array(
    z.object({
      source: z.string(),
      datasets: z.array(
        z.object({
          dataset: z.string(),
          status: z.string(),
          watermark: z.string().optional(),
          waitsFor: z.string().optional(),
          pulls: z.array(z.object({ cause: z.string(), outcome: z.string(), path: z.string().optional() })),
        }),
      ),
    }),
  ),
});

let stubs: SourceStubs;
let host: LocalHostProcess;
let store: Store;
beforeAll(async () => {
  stubs = await SourceStubs.open();
  stubs.meta.pollsUntilDone = 1;
  stubs.meta.insights = ['01', '02'].map((day) => ({
    campaign_id: '23850000000000000',
    campaign_name: 'Factoraje PyME',
    date_start: `2025-11-${day}`,
    date_stop: `2025-11-${day}`,
    spend: '10.00',
    impressions: '1000',
    clicks: '5',
  }));
  stubs.hubspot.put('companies', { id: 1, created: 0, modified: 0, properties: { name: 'Uno' } });
  stubs.cascade.put(CASCADE_PATHS.loanTape, csvOf([aTapeRow({ measurement_date: MONTH_END })]), 'text/csv');
  const storage = await takeStorageAccount();
  store = storeAt(storage);
  host = await aLocalHost({
    storage,
    env: {
      META_BASE_URL: stubs.meta.server.url,
      META_AD_ACCOUNT_ID: META_ACCOUNT,
      META_SYSTEM_USER_TOKEN: META_TOKEN,
      HUBSPOT_BASE_URL: stubs.hubspot.server.url,
      HUBSPOT_API_KEY: HUBSPOT_KEY,
      CASCADE_BASE_URL: stubs.cascade.server.url,
      CASCADE_SESSION_COOKIE: CASCADE_SESSION,
      PULL_CASCADE_SCHEDULE: '* * * * * *',
    },
  });
  await store.drop('looker/loans/loans.csv', loansFile('PULLED'));
}, 600_000);
afterAll(async () => {
  await removeLocalHosts();
  await stubs.close();
});

async function datasetOf(dataset: string) {
  const { sources } = Sources.parse(await (await host.ask('/api/sources')).json());
  return sources.flatMap(({ datasets }) => datasets).find((candidate) => candidate.dataset === dataset);
}

/** Everything that the source had was taken in. */
const isSettled = async (dataset: string): Promise<boolean> => {
  const found = await datasetOf(dataset);
  return found?.watermark !== undefined && found.waitsFor === undefined;
};

async function clickThroughRate(): Promise<Partial<KpiResult>> {
  const answer = await host.ask(`/api/kpis/mkt.ctr?asOf=${MONTH_END}`);
  // Nothing is computed yet.
  if (answer.status === 404) return { status: 'not-computable' };
  return z.object({ kpi: KpiResult }).parse(await answer.json()).kpi;
}

it('takes in what it is asked to pull, and computes with it', async () => {
  for (const source of ['meta', 'hubspot'])
    expect((await host.ask(`/api/sources/${source}/pull`, { method: 'POST' })).status).toBe(202);
  const asked = ['meta/insights', 'hubspot/contacts', 'hubspot/companies', 'hubspot/deals', 'hubspot/lists'];

  for (const dataset of asked) await until(() => isSettled(dataset));

  expect((await datasetOf('meta/insights'))?.pulls).toMatchObject([
    { cause: 'asked for over HTTP', outcome: 'landed' },
  ]);
  expect((await datasetOf('hubspot/contacts'))?.pulls).toMatchObject([{ outcome: 'nothing-new' }]);
  await until(async () => (await clickThroughRate()).status !== 'not-computable');
  // 10 clicks of 2,000 times shown.
  expect(await clickThroughRate()).toMatchObject({ numerator: '10', denominator: '2000' });
}, 600_000);

it('pulls by itself when a schedule is due', async () => {
  await until(() => isSettled('cascade/loan_tape'));

  const pulls = (await datasetOf('cascade/loan_tape'))?.pulls ?? [];
  expect(new Set(pulls.map(({ cause }) => cause))).toEqual(new Set(['schedule of cascade']));
  const [landed, ...others] = await store.paths('landing', 'cascade/loan_tape');
  expect(others).toEqual([]);
  expect((await store.outcomeOf(landed ?? '')).run.succeededAt).toBeDefined();
}, 600_000);
