import { beforeAll, expect, it } from '@jest/globals';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
});

const acknowledge = (id: string) => call('acknowledge-incident', { params: { id }, query: { by: 'Ana' } });
const mute = (id: string, until: string) =>
  call('mute-incident', { params: { id }, query: { by: 'Ana', reason: 'known', until } });

it('opens a test alert, which is listed with its route, acknowledged and muted', async () => {
  expect((await call('test-alert', { query: { by: 'Ana' } })).status).toBe(202);

  expect(await (await call('incidents')).json()).toMatchObject({
    incidents: [{ id: 'test.alerts', severity: 'P4', route: { channel: 'devops-alerts' } }],
  });
  expect((await acknowledge('test.alerts')).json()).toMatchObject({ acknowledged: { by: 'Ana' } });
  expect((await mute('test.alerts', '2099-01-01T00:00:00Z')).json()).toMatchObject({
    muted: { by: 'Ana', reason: 'known' },
  });
});

it('shows one with its steps, and as the beginning of a post-mortem', async () => {
  const shown = await call('incident', { params: { id: 'test.alerts' } });
  expect(shown.json()).toMatchObject({
    incident: {
      id: 'test.alerts',
      route: { channel: 'devops-alerts' },
      trail: [{ what: 'opened' }, { what: 'acknowledged', by: 'Ana' }, { what: 'muted', by: 'Ana' }],
    },
    deliveries: [],
  });

  const page = await call('incident', { params: { id: 'test.alerts' }, query: { format: 'md' } });
  expect(page.headers['content-type']).toMatch(/^text\/markdown/);
  expect(page.text).toContain('# Post-mortem: A test of alerts, asked for by Ana.');
});

it('shows the messages that told of it, and asks the store for no others', async () => {
  const since = '2026-01-15T06:00:00.000Z';
  const rest = { status: 'delivered', tries: 1, since, plannedAt: since } as const;
  const tell = async (destination: 'alerts' | 'pagerduty', incident: string, change: number) =>
    await pipeline.deps.deliveries.save(
      { destination, subject: { kind: 'incident', incident, change }, ...rest },
      undefined,
    );
  for (const incident of ['test.alerts', 'test.alert', 'test.alerts.more', 'test.alertsA'])
    await tell('alerts', incident, 1);
  await tell('pagerduty', 'test.alerts', 12);

  const found = await pipeline.deps.deliveries.all({ incident: 'test.alerts' });
  const shown = await call('incident', { params: { id: 'test.alerts' } });

  const subjects = [{ subject: 'test.alerts@1' }, { subject: 'test.alerts@12' }];
  expect(shown.json()).toMatchObject({ deliveries: subjects });
  expect(found).toHaveLength(subjects.length);
});

it.each(['nothing.of_it', 'a/b', 'what?', '#1'])('says that there is no incident %s', async (id) => {
  expect((await call('incident', { params: { id } })).status).toBe(404);
  expect((await acknowledge(id)).status).toBe(404);
  expect((await mute(id, '2099-01-01T00:00:00Z')).status).toBe(404);
});

it('mutes nothing until a day that is past', async () => {
  expect((await mute('test.alerts', '2020-01-01T00:00:00Z')).status).toBe(400);
});
