import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { StubService } from '../support/a-stub-service.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { parFile } from '../support/small-files.ts';
import { until } from '../support/until.ts';

// From a dropped file to the people and systems that wait: through the timers and queues of the host, to servers on this
// machine that answer as Slack, PagerDuty and a lineage endpoint do.

const PAR = 'looker/loan_par_balances/par.csv';
const EVERY_SECOND = '* * * * * *';

let slack: StubService;
let pagerDuty: StubService;
let lineage: StubService;
let openAi: StubService;
let host: LocalHostProcess;
let store: Store;
let run: RunRecord;

beforeAll(async () => {
  slack = await StubService.start(() => ({ body: '{"ok":true}' }));
  pagerDuty = await StubService.start(() => ({ status: 202, body: '{"status":"success"}' }));
  lineage = await StubService.start(() => ({ status: 201 }));
  openAi = await StubService.start(() => ({ body: JSON.stringify(COMPLETION) }));
  const storage = await takeStorageAccount();
  store = storeAt(storage);
  host = await aLocalHost({
    storage,
    env: {
      DESTINATIONS: 'lineage,slack,alerts,pagerduty,briefing,digest,insights',
      INSIGHTS_MODEL: 'gpt-test',
      INSIGHTS_ENDPOINT: openAi.url,
      OPENAI_API_KEY: 'sk-secret',
      OPENLINEAGE_URL: `${lineage.url}/api/v1/lineage`,
      SLACK_BASE_URL: slack.url,
      SLACK_BOT_TOKEN: 'xoxb-secret',
      PAGERDUTY_BASE_URL: pagerDuty.url,
      PAGERDUTY_ROUTING_KEY: 'secret-of-the-service',
      DELIVERY_SCHEDULE: EVERY_SECOND,
      WATCH_SCHEDULE: EVERY_SECOND,
      DAILY_SUMMARY_SCHEDULE: EVERY_SECOND,
      MORNING_DIGEST_SCHEDULE: EVERY_SECOND,
    },
  });
  await store.drop(PAR, parFile('TOLD'));
  await untilQuiet(store, { dropped: [PAR] });
  ({ run } = await store.outcomeOf(PAR));
  await until(() => lineage.asked.length >= 8 && pagerDuty.asked.length > 0);
}, 600_000);
afterAll(async () => {
  await removeLocalHosts();
  for (const service of [slack, pagerDuty, lineage, openAi]) await service[Symbol.asyncDispose]();
});

/** As a language model answers: one sentence is right, the other is not. */
const COMPLETION = {
  model: 'gpt-test',
  choices: [
    {
      finish_reason: 'stop',
      message: {
        content: JSON.stringify({
          sentences: ['6.25', '7.25'].map((value) => ({
            kpis: ['risk.par_90'],
            text: `risk.par_90 is ${value} %.`,
          })),
        }),
      },
    },
  ],
};

async function deliveriesOf(destination: string): Promise<readonly { readonly subject: string }[]> {
  const answer: unknown = await (await host.ask(`/api/deliveries?destination=${destination}`)).json();
  return Listed.parse(answer).deliveries;
}

const Listed = z.object({ deliveries: z.array(z.object({ subject: z.string() })) });

const told = (channel: string) =>
  slack.asked.map(({ body }) => JSON.parse(body)).filter((message) => message.channel === channel);

describe('a file that puts a KPI outside its limits', () => {
  it('is told to the lineage endpoint once, although the timer fires every second', () => {
    const events = lineage.asked.map(({ body }) => JSON.parse(body));

    expect(run.status).toBe('success');
    expect(events.map(({ run: of, eventType }) => `${of.runId} ${eventType}`)).toHaveLength(8);
  });

  it('is told with its day, which waited for numbers, once, although the timer fires every second', async () => {
    await until(() => told('#fintech-reports').length > 0);

    expect(told('#fintech-reports')).toMatchObject([{ text: expect.stringContaining('As of 2025-11-30') }]);
  });

  it('is told again when somebody asks for it', async () => {
    const [day] = await deliveriesOf('slack');

    const answer = await host.ask(`/api/deliveries/slack/resend?subject=${day?.subject}`, { method: 'POST' });
    await until(() => told('#fintech-reports').length > 1);

    expect(answer.status).toBe(202);
  });

  it('is in the briefing of the executives and beside the morning digest, each told once', async () => {
    const briefings = () =>
      told('#executive-briefing').filter(({ text }) => text.startsWith('Executive briefing'));
    const digests = () => told('#devops-alerts').filter(({ text }) => text.startsWith('Morning digest'));
    await until(() => briefings().length > 0 && digests().length > 0);

    expect([briefings().length, digests().length]).toEqual([1, 1]);
    expect(JSON.stringify(briefings())).toContain('Portfolio PAR 90 Risk Alert: 6.25 %');
    expect(await store.paths('runs')).toContainEqual(
      expect.stringMatching(/^logs\/.*\/abaco\.analytics\.log$/),
    );
  });

  it('is put into words by a language model once, and those whose numbers are right stand in the report', async () => {
    const report = async () => await (await host.ask('/api/reports/2025-11-30?format=md')).text();
    await until(async () => (await report()).includes('## In words'));

    expect(openAi.asked).toHaveLength(1);
    expect(await report()).toContain('- PAR 90 is 6.25 %. (risk.par_90 v1)');
    expect(await report()).not.toContain('7.25');
  });

  it('calls the people whom its KPI concerns, once, and wakes whoever is on call', () => {
    const par90 = told('#executive-briefing').filter(({ text }) => text.includes('PAR 90'));

    expect(par90).toHaveLength(1);
    const pages = pagerDuty.asked.map(({ body }) => JSON.parse(body).dedup_key);
    expect(pages).toContain('kpi.risk.par_90');
    expect(new Set(pages).size).toBe(pages.length);
  });

  it('stands in the list of deliveries with the hash of what was sent, and in that of incidents', async () => {
    const deliveries = await (await host.ask('/api/deliveries')).json();
    const incidents = await (await host.ask('/api/incidents?status=open')).json();

    expect(deliveries).toMatchObject({
      deliveries: expect.arrayContaining([
        expect.objectContaining({
          destination: 'lineage',
          subject: `${run.runId}.1`,
          status: 'delivered',
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        }),
      ]),
    });
    expect(incidents).toMatchObject({
      incidents: expect.arrayContaining([expect.objectContaining({ id: 'kpi.risk.par_90', severity: 'P2' })]),
    });
  });

  it('is no longer told further up once somebody has answered', async () => {
    const answer = await host.ask('/api/incidents/kpi.risk.par_90/acknowledge?by=Ana', { method: 'POST' });

    expect([answer.status, await answer.json()]).toMatchObject([200, { acknowledged: { by: 'Ana' } }]);
  });

  it('has no secret in anything that is kept or printed', async () => {
    const kept = [host.lines().join('\n')];
    for (const path of await store.paths('reports'))
      kept.push((await store.bytes('reports', path)).toString('utf8'));

    expect(kept.join('\n')).not.toMatch(/xoxb-secret|sk-secret|secret-of-the-service/);
  });
});
