import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Condition } from '../../../../shared/alerting/condition.ts';
import {
  acknowledgeIncident,
  keepIncidents,
  muteIncident,
} from '../../../../shared/alerting/keep-incidents.ts';
import { buildApp, type Deps } from '../../../../shared/app.ts';
import { localDateOf } from '../../../../shared/domain/local-date.ts';
import { deliver, dueDeliveries, planDayDeliveries } from '../../../../shared/pipeline/deliver.ts';
import { briefing, criticalOf } from '../../../../shared/publishing/destinations/briefing-destination.ts';
import { aKpiMart, aRun } from '../../../support/a-kpi-mart.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../../support/a-pipeline.ts';
import { StubService } from '../../../support/a-stub-service.ts';
import { golden } from '../../../support/golden.ts';
import { parFile } from '../../../support/small-files.ts';

// The executive briefing: what is critical, once a day, and nothing else. Slack is a server on this machine.

const PAR = 'looker/loan_par_balances';

let slack: StubService;
let pipeline: Pipeline;
let deps: Deps;

beforeAll(async () => {
  slack = await StubService.start(() => ({ body: '{"ok":true}' }));
  pipeline = await Pipeline.open();
  const app = await buildApp(
    {
      DataStorage: pipeline.storage,
      PII_KEY: TEST_PSEUDONYM_KEY,
      DESTINATIONS: 'briefing',
      SLACK_BASE_URL: slack.url,
      SLACK_BOT_TOKEN: 'xoxb-secret',
      SLACK_MENTIONS: '@cfo=U0123ABCD',
    },
    pipeline.deps.clock,
  );
  deps = { ...pipeline.deps, destinations: app.depsFor(pipeline.deps.log).destinations };
});
afterAll(async () => await slack[Symbol.asyncDispose]());

describe('the executive briefing', () => {
  it('tells what is critical to the executives, once a day, and calls whom it concerns', async () => {
    await pipeline.takeThrough(`${PAR}/par.csv`, parFile('BRIEF'));
    const day = localDateOf(deps.clock.now());
    for (let nth = 0; nth < 2; nth += 1) {
      await planDayDeliveries(day, deps);
      for (const id of await dueDeliveries(deps)) await deliver(id, deps);
    }

    const posts = slack.asked.map(({ body }) => JSON.parse(body));
    expect(posts).toMatchObject([
      { channel: '#executive-briefing', text: `Executive briefing of ${day}: 2 critical` },
    ]);
    const said = JSON.stringify(posts);
    expect(said).toContain('Portfolio PAR 90 Risk Alert: 6.25 %');
    expect(said).toContain('<@U0123ABCD>');
    expect(said).not.toMatch(/warning above 3 %.*is .*: warning/);
  });
});

const newest = { run: aRun(), mart: aKpiMart() };
const NOW = new Date('2026-01-15T06:30:00Z');
const breach: Condition = {
  kind: 'compliance-violation',
  of: 'looker/customers',
  title: 'A file of looker/customers held personal data that nobody declared. It was refused.',
  facts: { run: 'run_0123456789ab', problem: 'undeclared-personal-data' },
};
const failure: Condition = {
  kind: 'pipeline-failed',
  of: 'hubspot/deals',
  title: 'The newest file of hubspot/deals could not be worked: the machinery failed.',
  facts: { run: 'run_ba9876543210', stage: 'validate' },
};
const late: Condition = {
  kind: 'data-very-late',
  of: 'all-data',
  title: 'No new numbers for 13 hours.',
  facts: {},
};

describe('what is critical', () => {
  it('are breaches, KPIs beyond their critical limits and failures of the machinery, in this order', async () => {
    await pipeline.forget();
    await keepIncidents([late, failure, breach], deps);

    const critical = criticalOf(newest, await deps.incidents.all({ status: 'open' }), NOW);

    expect(critical.map(({ kind, of }) => `${kind} ${of}`)).toEqual([
      'compliance-violation looker/customers',
      'kpi-critical risk.par_90',
      'pipeline-failed hubspot/deals',
    ]);
  });

  it('leaves out what is muted, and names who is at it', async () => {
    await pipeline.forget();
    await keepIncidents([failure, breach], deps);
    const [first, second] = await deps.incidents.all({ status: 'open' });
    const mutedUntil = { by: 'Ana', reason: 'known', until: '2026-01-16T00:00:00.000Z' };
    if (first === undefined || second === undefined) throw new Error('nothing is open');
    await muteIncident(second.id, mutedUntil, deps);
    await acknowledgeIncident(first.id, 'Luis', deps);
    const open = await deps.incidents.all({ status: 'open' });

    const critical = criticalOf(newest, open, NOW);

    expect(critical.map(({ of }) => of)).not.toContain(second.of);
    const told = { day: '2026-01-15', critical, insight: [], ...newest };
    expect(briefing(told, SETTINGS).body).toContain('Luis is at it');
  });

  it('is told in the words of the templates', () => {
    const critical = [
      breach,
      failure,
      { ...breach, kind: 'kpi-critical', of: 'risk.par_90', facts: FACTS } as const,
    ].map((condition) => ({ ...condition, incident: undefined }));

    const { body } = briefing({ day: '2026-01-15', critical, insight: [], ...newest }, SETTINGS);

    expect(`${body}\n`).toBe(golden('messages/executive-briefing.json', `${body}\n`));
  });
});

const FACTS = {
  value: '5.40 %',
  limits: 'warning above 3 %, critical above 5 %',
  previous: '4.80 % on 2025-11-30 (+0.60 points)',
  'as of': '2025-12-31',
  owner: 'Chief Risk Officer',
  run: 'run_4f1c29ab03de',
};
const SETTINGS = {
  baseUrl: 'https://slack.com',
  channelPrefix: '#',
  mentions: { '@cfo': 'U0123ABCD' },
  publicUrl: 'https://abaco.example',
};
