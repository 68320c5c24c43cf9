import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DatasetId } from '../../../../shared/domain/ids.ts';
import { addDays, LocalDate } from '../../../../shared/domain/local-date.ts';
import { recordsOf, SourceStubs } from '../../../support/source-stubs.ts';
import { META_ACCOUNT, META_TOKEN, metaFault, type StubInsight } from '../../../support/stub-meta.ts';
import { times } from '../../../support/stub-server.ts';

const INSIGHTS = 'meta/insights';
const FIRST = LocalDate.parse('2025-11-01');
const days = (from: LocalDate, to: LocalDate) => ({ days: { from, to } });

let stubs: SourceStubs;
beforeAll(async () => {
  stubs = await SourceStubs.open();
});
afterAll(() => stubs.close());
beforeEach(() => {
  stubs.reset();
  stubs.meta.insights = Array.from({ length: 30 }, (_, day) => insight(addDays(FIRST, day)));
});

const insight = (day: LocalDate): StubInsight => ({
  campaign_id: '23850000000000000',
  campaign_name: 'Factoraje PyME',
  date_start: day,
  date_stop: day,
  spend: '12.34',
  impressions: '1000',
  actions: [{ action_type: 'lead', value: '3' }],
});

const pulled = (from: LocalDate, to: LocalDate) => recordsOf(stubs.client('meta'), INSIGHTS, days(from, to));
const daysOf = (records: readonly { readonly [name: string]: unknown }[]) =>
  records.map(({ date_start }) => date_start);

it('orders a report, waits for it, and gives figures as text and actions as JSON', async () => {
  const records = await pulled(FIRST, FIRST);

  expect(records).toEqual([
    {
      campaign_id: '23850000000000000',
      campaign_name: 'Factoraje PyME',
      date_start: FIRST,
      date_stop: FIRST,
      spend: '12.34',
      impressions: '1000',
      // Graph left them out: they are zero, or are not of this account.
      clicks: null,
      ctr: null,
      cpc: null,
      cpp: null,
      account_currency: null,
      actions: '[{"action_type":"lead","value":"3"}]',
    },
  ]);
  expect(stubs.meta.server.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'GET']);
});

it.each([META_ACCOUNT, `act_${META_ACCOUNT}`])('takes the account as %s', async (account) => {
  stubs.settings = { meta: { account } };

  expect(await pulled(FIRST, FIRST)).toHaveLength(1);
});

it('asks nothing without an account', async () => {
  stubs.settings = { meta: { account: undefined } };

  await expect(pulled(FIRST, FIRST)).rejects.toMatchObject({
    name: 'SourceNotConfigured',
    message: 'META_AD_ACCOUNT_ID is not set',
  });
  expect(stubs.meta.server.requests).toHaveLength(0);
});

it('reads all pages by their cursor, and never shows the token in an address', async () => {
  stubs.meta.page = 7;

  expect(daysOf(await pulled(FIRST, addDays(FIRST, 29)))).toEqual(daysOf(stubs.meta.insights));
  const addresses = stubs.meta.server.requests.map(({ path, query }) => `${path}?${query.toString()}`);
  expect(addresses.filter((address) => address.includes('after='))).toHaveLength(4);
  expect(addresses.join(' ')).not.toContain(META_TOKEN);
});

it('orders long times in pieces that meet without a gap', async () => {
  await pulled(FIRST, addDays(FIRST, 199));

  expect(stubs.meta.ordered.toSorted((a, b) => (a.since < b.since ? -1 : 1))).toEqual([
    { since: FIRST, until: addDays(FIRST, 89) },
    { since: addDays(FIRST, 90), until: addDays(FIRST, 179) },
    { since: addDays(FIRST, 180), until: addDays(FIRST, 199) },
  ]);
});

it('has four reports made at a time, and brings their records in the order of the days', async () => {
  const last = addDays(FIRST, 899);
  stubs.meta.insights = Array.from({ length: 90 }, (_, index) => insight(addDays(FIRST, index * 10)));

  const records = await pulled(FIRST, last);

  expect(stubs.meta.ordered).toHaveLength(10);
  expect(stubs.meta.mostUnderWay).toBe(4);
  expect(daysOf(records)).toEqual(daysOf(stubs.meta.insights));
});

it('asks after no report any more once nobody reads on', async () => {
  const pages = stubs.client('meta').pull(DatasetId.parse(INSIGHTS), days(FIRST, addDays(FIRST, 899)));
  for await (const _ of pages) {
    // The others would be asked after for ever.
    stubs.meta.pollsUntilDone = Number.POSITIVE_INFINITY;
    break;
  }

  await setTimeout(50);
  const { length: asked } = stubs.meta.server.requests;
  await setTimeout(50);

  expect(stubs.meta.server.requests).toHaveLength(asked);
});

it('halves a report that fails until its parts are made, and brings each day once', async () => {
  stubs.meta.mostDays = 4;

  const records = await pulled(FIRST, addDays(FIRST, 29));

  expect(daysOf(records)).toEqual(daysOf(stubs.meta.insights));
  expect(stubs.meta.ordered.length).toBeGreaterThan(8);
});

it('gives up when not even the report of a day is made', async () => {
  stubs.meta.mostDays = 0;

  await expect(pulled(FIRST, addDays(FIRST, 3))).rejects.toMatchObject({
    name: 'ServiceUnavailable',
    message: `Meta could not make the report of ${FIRST}`,
  });
});

it('does not wait for ever for a report', async () => {
  stubs.meta.pollsUntilDone = Number.POSITIVE_INFINITY;
  stubs.settings = { meta: { reportTimeoutMs: 20 } };

  await expect(pulled(FIRST, FIRST)).rejects.toMatchObject({ name: 'ServiceUnavailable' });
});

describe("Graph's own codes, which all come with status 400", () => {
  it('tells a token that has run out', async () => {
    stubs.meta.token = 'another';

    await expect(pulled(FIRST, FIRST)).rejects.toMatchObject({
      name: 'CredentialsRefused',
      secret: 'meta-system-user-token',
    });
  });

  it('comes again after calls that were too many', async () => {
    stubs.meta.server.fault = times(2, metaFault(17));

    expect(await pulled(FIRST, FIRST)).toHaveLength(1);
  });

  it('does not repeat a request that is wrong, and names the code', async () => {
    stubs.meta.server.fault = metaFault(100);

    await expect(pulled(FIRST, FIRST)).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('100'),
    });
    expect(stubs.meta.server.requests).toHaveLength(1);
  });
});

it('refuses records without a campaign or a day', async () => {
  stubs.meta.server.fault = (answer, { path }) =>
    path.endsWith('/insights') &&
    answer.status === undefined &&
    !JSON.stringify(answer.body).includes('run_id')
      ? { body: { data: [{ campaign: '1' }] } }
      : answer;

  await expect(pulled(FIRST, FIRST)).rejects.toMatchObject({
    name: 'AnswerChanged',
    message: expect.stringMatching(/data\.0\.campaign_id.*data\.0\.date_start/),
  });
});
