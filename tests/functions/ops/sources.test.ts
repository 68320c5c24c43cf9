import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PULL_OUTPUT } from '../../../functions/ingest/pull-source.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { addDays, localDateOf } from '../../../shared/domain/local-date.ts';
import { pullDataset } from '../../../shared/sources/pull-dataset.ts';
import { PullMessage } from '../../../shared/sources/pull-message.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call, type Invocation } from '../../support/an-invocation.ts';
import { HUBSPOT_KEY, StubHubSpot } from '../../support/stub-hubspot.ts';

const HUBSPOT = ['hubspot/contacts', 'hubspot/companies', 'hubspot/deals', 'hubspot/lists'];

let pipeline: Pipeline;
let hubspot: StubHubSpot;
beforeAll(async () => {
  hubspot = await StubHubSpot.open();
  pipeline = await Pipeline.open();
  Object.assign(process.env, {
    DataStorage: pipeline.storage,
    PII_KEY: TEST_PSEUDONYM_KEY,
    HUBSPOT_BASE_URL: hubspot.server.url,
    HUBSPOT_API_KEY: HUBSPOT_KEY,
  });
  hubspot.put('companies', { id: 1, created: 0, modified: 0, properties: { name: 'Uno' } });
});
afterAll(() => hubspot.server.close());
beforeEach(async () => {
  hubspot.server.reset();
  await pipeline.forget();
});

const sent = ({ context }: Invocation): PullMessage[] => {
  const messages: unknown = context.extraOutputs.get(PULL_OUTPUT);
  return messages === undefined ? [] : PullMessage.array().parse(messages);
};
const asked = (name: string, query: Record<string, string> = {}, invocation = anInvocation('pull-source')) =>
  call('pull-source', { params: { name }, query }, invocation);

describe('GET sources', () => {
  it('lists all datasets of all sources, none of them pulled yet', async () => {
    const answer = await call('sources');

    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      sources: [
        {
          source: 'cascade',
          datasets: ['cascade/loan_tape', 'cascade/analytics', 'manual/financial_statements'].map(never),
        },
        { source: 'hubspot', datasets: HUBSPOT.map(never) },
        { source: 'meta', datasets: ['meta/insights'].map(never) },
      ],
    });
  });
});

const never = (dataset: string) => ({ dataset, status: 'never pulled', pulls: [] });

describe('POST sources/{name}/pull', () => {
  it('sends a message for each dataset, with who asked', async () => {
    const invocation = anInvocation('pull-source');

    const answer = await asked('hubspot', { reason: 'Ana wants to know' }, invocation);

    expect(answer.status).toBe(202);
    expect(answer.json()).toEqual({
      dryRun: false,
      source: 'hubspot',
      pulls: HUBSPOT.map((dataset) => ({ dataset, window: {} })),
      watch: '/api/sources',
    });
    expect(sent(invocation)).toEqual(
      HUBSPOT.map((dataset) => ({
        v: 1,
        source: 'hubspot',
        dataset,
        cause: 'Ana wants to know',
        traceparent: expect.any(String),
      })),
    );
  });

  it('asks on a dry run for nothing but the count', async () => {
    const invocation = anInvocation('pull-source');

    const answer = await asked('hubspot', { dataset: 'hubspot/companies', dryRun: 'true' }, invocation);

    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      dryRun: true,
      source: 'hubspot',
      pulls: [{ dataset: 'hubspot/companies', window: {}, promised: 1 }],
    });
    expect(sent(invocation)).toEqual([]);
    expect(hubspot.server.requests).toMatchObject([
      { path: '/crm/v3/objects/companies/search', json: { limit: 1 } },
    ]);
    expect(await pipeline.deps.sourceStates.all()).toEqual([]);
  });

  it('says on a dry run why the source did not tell', async () => {
    hubspot.server.fault = () => ({ status: 401, body: {} });

    const answer = await asked('hubspot', { dataset: 'hubspot/companies', dryRun: 'true' });

    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      pulls: [{ window: {}, unanswered: 'HubSpot refused the credential with status 401' }],
    });
  });

  it('asks for past days where the source reports by day, and shows what a usual pull would ask for', async () => {
    const invocation = anInvocation('pull-source');
    const yesterday = addDays(localDateOf(new Date()), -1);

    await asked('meta', { from: '2025-11-01', to: '2025-11-03' }, invocation);
    const usual = await asked('meta', { dryRun: 'true' });

    expect(sent(invocation)).toMatchObject([{ days: { from: '2025-11-01', to: '2025-11-03' } }]);
    expect(usual.json()).toMatchObject({ pulls: [{ window: { days: { to: yesterday } } }] });
  });

  it('asks for everything since a day where records change, and leaves out what has no past', async () => {
    const invocation = anInvocation('pull-source');

    await asked('hubspot', { from: '2025-11-01' }, invocation);

    expect(sent(invocation).map(({ dataset, since }) => [dataset, since])).toEqual(
      HUBSPOT.slice(0, 3).map((dataset) => [dataset, '2025-11-01T00:00:00.000Z']),
    );
  });

  it.each([
    ['meta', { from: '2025-11-03', to: '2025-11-01' }, '2025-11-03 is after 2025-11-01'],
    ['meta', { to: '2025-11-01' }, 'say from which day: from=2025-11-01'],
    ['meta', { from: '2999-01-01' }, '2999-01-01 has not come yet'],
    ['meta', { dataset: 'hubspot/deals' }, 'meta has no dataset hubspot/deals: it has meta/insights'],
    ['hubspot', { dataset: 'hubspot/lists', from: '2025-11-01' }, /hubspot\/lists is given as it is now/],
    ['cascade', { from: '2025-11-01' }, 'no dataset of cascade can be pulled for past days'],
  ])('refuses for %s %j with a sentence, and sends nothing', async (name, query, why) => {
    const invocation = anInvocation('pull-source');

    const answer = await asked(name, query, invocation);

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      detail: expect.stringMatching(/^Nothing was pulled: .*\.$/),
      problems: [typeof why === 'string' ? why : expect.stringMatching(why)],
    });
    expect(sent(invocation)).toEqual([]);
  });
});

describe('a pause', () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();

  it('is shown with who made it and why, and ends when it is taken back', async () => {
    const paused = await call('pause-source', {
      params: { name: 'meta' },
      query: { until, by: 'Ana', reason: 'audit' },
    });
    const resumed = await call('resume-source', { params: { name: 'meta' }, query: { by: 'Ana' } });

    expect(paused.status).toBe(200);
    expect(paused.json()).toMatchObject({
      source: 'meta',
      datasets: [{ status: 'paused: person', pause: { by: 'Ana', reason: 'audit', until } }],
    });
    expect(resumed.json()).toEqual({ source: 'meta', datasets: [never('meta/insights')] });
  });

  it('does not end in the past', async () => {
    const query = { until: '2025-01-15T06:00:00Z', by: 'Ana', reason: 'audit' };

    const answer = await call('pause-source', { params: { name: 'meta' }, query });

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ detail: 'Nothing was paused: 2025-01-15T06:00:00Z is past.' });
  });

  it('of a person that is taken back leaves what credentials have stopped', async () => {
    hubspot.server.fault = () => ({ status: 401, body: {} });
    const dataset = DatasetId.parse('hubspot/lists');
    await pullDataset({ source: 'hubspot', dataset, cause: 'a test' }, await appDeps());

    const answer = await call('resume-source', { params: { name: 'hubspot' }, query: { by: 'Ana' } });

    expect(answer.json()).toMatchObject({
      datasets: [
        { status: 'never pulled' },
        { status: 'never pulled' },
        { status: 'never pulled' },
        { status: 'paused: credentials', pause: { secret: 'hubspot-api-key' } },
      ],
    });
  });
});

it.each(['pull-source', 'pause-source', 'resume-source'])(
  '%s answers 404 for a source that there is not',
  async (route) => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const query = {
      'pull-source': {},
      'pause-source': { until, by: 'x', reason: 'x' },
      'resume-source': { by: 'x' },
    }[route];

    for (const params of [{ name: 'looker' }, {}]) {
      const answer = await call(route, { params, ...(query && { query }) });

      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject({
        detail: expect.stringMatching(/There are cascade, hubspot, meta\.$/),
      });
    }
  },
);

async function appDeps() {
  const { theApp } = await import('../../../shared/app.ts');
  return (await theApp()).depsFor(pipeline.deps.log);
}
