import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keepWalk } from '../../../shared/access/last-walk.ts';
import type { Condition } from '../../../shared/alerting/condition.ts';
import {
  acknowledgeIncident,
  COOLDOWN_MS,
  incidentsToTell,
  keepIncidents,
  markTold,
  muteIncident,
  openTestIncident,
} from '../../../shared/alerting/keep-incidents.ts';
import { watch } from '../../../shared/alerting/watch.ts';
import { buildApp, type Deps } from '../../../shared/app.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import {
  deliver,
  dueDeliveries,
  planDayDeliveries,
  planIncidentDeliveries,
} from '../../../shared/pipeline/deliver.ts';
import type { Delivery, DeliveryFilter } from '../../../shared/ports/deliveries.ts';
import type { Destination } from '../../../shared/publishing/destinations/destination.ts';
import { isolateCircuit } from '../../../shared/resilience/shared-circuit.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { StubService } from '../../support/a-stub-service.ts';
import { watched } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

// The right person is told once: when something goes wrong, grows worse, is answered by nobody, and is over. Slack and
// PagerDuty are servers on this machine.

const PAR = 'looker/loan_par_balances';
const MINUTE = 60_000;

let slack: StubService;
let pagerDuty: StubService;
let pipeline: Pipeline;
let deps: Deps;

beforeAll(async () => {
  slack = await StubService.start(() => ({ body: '{"ok":true}' }));
  pagerDuty = await StubService.start(() => ({ status: 202, body: '{"status":"success"}' }));
});
afterAll(async () => {
  await slack[Symbol.asyncDispose]();
  await pagerDuty[Symbol.asyncDispose]();
});
beforeEach(async () => {
  pipeline = await Pipeline.open();
  const app = await buildApp(
    {
      DataStorage: pipeline.storage,
      PII_KEY: TEST_PSEUDONYM_KEY,
      DESTINATIONS: 'alerts,pagerduty',
      SLACK_BASE_URL: slack.url,
      SLACK_BOT_TOKEN: 'xoxb-secret',
      PAGERDUTY_BASE_URL: pagerDuty.url,
      PAGERDUTY_ROUTING_KEY: 'secret-of-the-service',
      PUBLIC_URL: 'https://abaco.example',
    },
    pipeline.deps.clock,
  );
  deps = { ...pipeline.deps, destinations: app.depsFor(pipeline.deps.log).destinations };
  for (const service of [slack, pagerDuty]) service.asked.length = 0;
});

type Told = { readonly channel: string; readonly text: string; readonly blocks: unknown };

/** Looks once, and everything that is due is sent. Returns what Slack was told by it. */
async function look(): Promise<readonly Told[]> {
  const before = slack.asked.length;
  await watch(deps);
  for (const id of await dueDeliveries(deps)) await deliver(id, deps);
  return slack.asked.slice(before).map(({ body }) => JSON.parse(body));
}

const paged = () => pagerDuty.asked.map(({ body }) => JSON.parse(body));

/** Its runs fail before they are begun: raw is gone. */
async function aFailedRun(name: string): Promise<void> {
  await pipeline.drop(`${PAR}/${name}.csv`, parFile(name.toUpperCase()));
  const outcome = await pipeline.announce(`${PAR}/${name}.csv`);
  const run = await pipeline.runOf(outcome);
  const found = await deps.ledger.find(run.runId);
  if (found === undefined) throw new Error('the run is not there');
  const at = deps.clock.now().toISOString();
  const lastError = { stage: 'compute', code: 'stage-failed', message: 'the store was away', at } as const;
  await deps.ledger.save({ ...found.value, status: 'failed', completedAt: at, lastError }, found.version);
  pipeline.queue.length = 0;
}

describe('a KPI outside its limits', () => {
  it('is told once to the channel of its severity, with value, limits, run, runbook and what to do', async () => {
    const { runId } = await pipeline.takeThrough(`${PAR}/bad.csv`, parFile('BAD'));

    const told = await look();
    expect(await look()).toEqual([]);

    const par90 = told.find(({ text }) => text.includes('PAR 90'));
    expect(par90).toMatchObject({ channel: '#executive-briefing' });
    const said = JSON.stringify(par90?.blocks);
    expect(said).toMatch(/:rotating_light: New · P2 · PAR 90 is 6\.25 %: critical, above 5 %\. @cfo/);
    expect(said).toContain('*value*: 6.25 %');
    expect(said).toContain('warning above 3 %, critical above 5 %');
    expect(said).toContain(`https://abaco.example/api/runs/${runId}|Run`);
    expect(said).toContain('runbook docs/runbooks/kpi-outside-limits.md');
    expect(said).toContain(
      `If the file of ${PAR} is wrong, back to the numbers before: \`POST /api/runs/${runId}/rollback?by=NAME&amp;reason=TEXT&amp;dryRun=true\``,
    );
    expect(said).toContain('Answer within 1 hour: `POST /api/incidents/kpi.risk.par_90/acknowledge?by=NAME`');
  });

  it('is over when the next numbers are within their limits, which is told after the cooldown', async () => {
    await pipeline.takeThrough(`${PAR}/bad.csv`, parFile('BAD'));
    await look();
    await keepIncidents([], deps);

    pipeline.advanceClock(COOLDOWN_MS - MINUTE);
    expect(await tell()).toBe(0);
    pipeline.advanceClock(2 * MINUTE);
    expect((await incidentsToTell(deps)).map(({ id, news }) => `${id} ${news}`).toSorted()).toEqual([
      'kpi.risk.par_30 resolved',
      'kpi.risk.par_90 resolved',
    ]);
  });
});

describe('a run that failed', () => {
  it('wakes whoever is on call, and resolves itself with the next good run', async () => {
    await aFailedRun('sick');
    const told = await look();
    expect(told).toMatchObject([{ channel: '#devops-alerts', text: expect.stringMatching(/^New: P1 /) }]);
    const [{ runId } = { runId: '' }] = await deps.ledger.list();
    expect(JSON.stringify(told[0]?.blocks)).toContain(
      `Try it again: \`POST /api/runs/${runId}/rerun?from=compute&amp;reason=TEXT\``,
    );
    expect(paged()).toMatchObject([
      {
        routing_key: 'secret-of-the-service',
        event_action: 'trigger',
        dedup_key: 'run.looker.loan_par_balances',
        payload: {
          severity: 'critical',
          custom_details: { stage: 'compute', runbook: 'docs/runbooks/stage-failed.md' },
        },
      },
    ]);

    await pipeline.landLaterThan(
      (await deps.ledger.list())[0] ?? (await Promise.reject(new Error('no run'))),
    );
    await pipeline.takeThrough(`${PAR}/well.csv`, parFile('WELL'));
    await look();
    pipeline.advanceClock(COOLDOWN_MS + MINUTE);
    await look();

    expect(
      paged()
        .filter(({ dedup_key }) => dedup_key === 'run.looker.loan_par_balances')
        .map(({ event_action }) => event_action),
    ).toEqual(['trigger', 'resolve']);
  });

  it('goes further up once when nobody answers in time, and not when somebody does', async () => {
    await aFailedRun('sick');
    await look();
    pipeline.advanceClock(14 * MINUTE);
    expect(await look()).toEqual([]);
    pipeline.advanceClock(2 * MINUTE);

    const [escalated] = await look();
    expect(JSON.stringify(escalated?.blocks)).toMatch(/:mega: Nobody has answered · P1 .* @vp-eng @ceo/);
    pipeline.advanceClock(60 * MINUTE);
    expect((await look()).filter(({ text }) => text.includes('P1'))).toEqual([]);
  });

  it('stays where it is once it is acknowledged', async () => {
    await aFailedRun('sick');
    await look();
    await acknowledgeIncident('run.looker.loan_par_balances', 'Ana', deps);
    pipeline.advanceClock(20 * MINUTE);

    expect(await look()).toEqual([]);
  });

  it('is not told while it is muted, and is when that is over', async () => {
    await aFailedRun('sick');
    await keepIncidents([{ kind: 'pipeline-failed', of: PAR, title: 'It failed.', facts: {} }], deps);
    const until = new Date(deps.clock.now().getTime() + 10 * MINUTE).toISOString();
    await muteIncident('run.looker.loan_par_balances', { by: 'Ana', reason: 'known', until }, deps);

    expect(await look()).toEqual([]);
    pipeline.advanceClock(11 * MINUTE);
    expect(await look()).toHaveLength(1);
  });
});

it('reads none of the messages of days before that have arrived, however many there are', async () => {
  await aFailedRun('told');
  expect(await look()).toHaveLength(1);
  pipeline.advanceClock(48 * 60 * MINUTE);
  const read: Delivery[] = [];
  const deliveries = new Proxy(deps.deliveries, {
    get(target, name) {
      if (name === 'all')
        return async (filter: DeliveryFilter) => {
          const found = await target.all(filter);
          read.push(...found);
          return found;
        };
      const method: unknown = Reflect.get(target, name, target);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
  const standIn: Destination = {
    name: 'email-alerts',
    tells: 'incident',
    standsInFor: 'alerts',
    render: () => Promise.resolve(undefined),
    send: () => Promise.resolve(),
  };

  await watch({ ...deps, deliveries, destinations: [...deps.destinations, standIn] });

  expect(read.filter(({ status }) => status === 'delivered')).toEqual([]);
});

describe('what nobody answers', () => {
  const late: Condition = { kind: 'data-late', of: 'all-data', title: 'Late.', facts: {} };
  const news = async () => {
    const told = await incidentsToTell(deps);
    for (const incident of told) await markTold(incident, deps);
    return told.map((incident) => `${incident.news} ${incident.severity}`);
  };

  it('goes further up again once it has grown worse, counted from then', async () => {
    await keepIncidents([late], deps);
    expect(await news()).toEqual(['opened P3']);
    pipeline.advanceClock(241 * MINUTE);
    await keepIncidents([late], deps);
    expect(await news()).toEqual(['escalated P3']);

    const worse: Condition = { ...late, kind: 'data-very-late' };
    await keepIncidents([worse], deps);
    expect(await news()).toEqual(['worse P2']);
    pipeline.advanceClock(59 * MINUTE);
    await keepIncidents([worse], deps);
    expect(await news()).toEqual([]);
    pipeline.advanceClock(2 * MINUTE);
    await keepIncidents([worse], deps);
    expect(await news()).toEqual(['escalated P2']);
  });

  it('goes no further up while it is muted, and has its time once that is over', async () => {
    await keepIncidents([late], deps);
    expect(await news()).toEqual(['opened P3']);
    const until = new Date(deps.clock.now().getTime() + 24 * 60 * MINUTE).toISOString();
    await muteIncident('late.all-data', { by: 'Ana', reason: 'known', until }, deps);
    pipeline.advanceClock((24 * 60 + 239) * MINUTE);
    await keepIncidents([late], deps);
    expect(await news()).toEqual([]);

    pipeline.advanceClock(2 * MINUTE);
    await keepIncidents([late], deps);
    expect(await news()).toEqual(['escalated P3']);
  });
});

describe('what woke somebody and has eased', () => {
  const kpi: Condition = { kind: 'kpi-critical', of: 'risk.par_90', title: 'PAR 90.', facts: {} };
  const tellAll = async () => {
    for (const id of await plannedForTest()) await deliver(id, deps);
  };

  it('is over in PagerDuty as well once it is over, and what never woke anybody is not told there', async () => {
    await keepIncidents([kpi, { ...kpi, kind: 'kpi-warning', of: 'risk.par_30' }], deps);
    await tellAll();
    await keepIncidents([{ ...kpi, kind: 'kpi-warning' }], deps);
    await keepIncidents([], deps);
    pipeline.advanceClock(COOLDOWN_MS + MINUTE);
    await tellAll();

    expect(paged().map(({ event_action, dedup_key }) => `${event_action} ${dedup_key}`)).toEqual([
      'trigger kpi.risk.par_90',
      'resolve kpi.risk.par_90',
    ]);
  });

  it('stays muted until the day that was said, however often it comes back', async () => {
    await keepIncidents([kpi], deps);
    const until = new Date(deps.clock.now().getTime() + 120 * MINUTE).toISOString();
    await muteIncident('kpi.risk.par_90', { by: 'Ana', reason: 'known', until }, deps);
    await keepIncidents([], deps);
    pipeline.advanceClock(60 * MINUTE);
    await keepIncidents([kpi], deps);

    expect(await incidentsToTell(deps)).toEqual([]);
    pipeline.advanceClock(61 * MINUTE);
    expect(await incidentsToTell(deps)).toMatchObject([{ id: 'kpi.risk.par_90', news: 'opened' }]);
  });
});

describe('the messages of one incident', () => {
  const condition: Condition = { kind: 'data-late', of: 'all-data', title: 'Late.', facts: {} };
  const asked = () => slack.asked.map(({ body }) => JSON.parse(body));
  let posted = 0;
  beforeEach(() => {
    posted = 0;
    slack.answerWith(() => ({ body: JSON.stringify({ ok: true, ts: `${(posted += 1)}.0` }) }));
  });
  afterEach(() => slack.answerWith(() => ({ body: '{"ok":true}' })));

  async function tellAll(): Promise<void> {
    for (const id of await plannedForTest()) await deliver(id, deps);
    pipeline.advanceClock(MINUTE);
  }

  it('are one thread, and the next incident of the same begins another', async () => {
    await keepIncidents([condition], deps);
    await tellAll();
    await keepIncidents([{ ...condition, kind: 'data-very-late' }], deps);
    await tellAll();
    await keepIncidents([], deps);
    pipeline.advanceClock(COOLDOWN_MS + MINUTE);
    await tellAll();
    await keepIncidents([condition], deps);
    await tellAll();

    expect(asked().map(({ text, thread_ts, reply_broadcast }) => [text, thread_ts, reply_broadcast])).toEqual(
      [
        ['New: P3 Late.', undefined, undefined],
        ['Worse: P2 Late.', '1.0', true],
        ['Over: P2 Late.', '1.0', false],
        ['New: P3 Late.', undefined, undefined],
      ],
    );
  });

  it('that move to another channel begin a thread there', async () => {
    const kpi = { of: 'risk.par_90', title: 'PAR 90.', facts: {} };
    await keepIncidents([{ kind: 'kpi-warning', ...kpi }], deps);
    await tellAll();
    await keepIncidents([{ kind: 'kpi-critical', ...kpi }], deps);
    await tellAll();

    expect(asked().map(({ channel, thread_ts }) => [channel, thread_ts])).toEqual([
      ['#risk-monitoring', undefined],
      ['#executive-briefing', undefined],
    ]);
    expect(await deps.incidents.all()).toMatchObject([
      { threads: { 'risk-monitoring': '1.0', 'executive-briefing': '2.0' } },
    ]);
  });
});

it('Slack that is down for alerts is not asked for the daily summary either: both are one service', async () => {
  const app = await buildApp(
    {
      DataStorage: pipeline.storage,
      PII_KEY: TEST_PSEUDONYM_KEY,
      DESTINATIONS: 'alerts,slack',
      SLACK_BASE_URL: slack.url,
      SLACK_BOT_TOKEN: 'xoxb-secret',
    },
    pipeline.deps.clock,
  );
  deps = { ...pipeline.deps, destinations: app.depsFor(pipeline.deps.log).destinations };
  await pipeline.takeThrough(`${PAR}/bad.csv`, parFile('BAD'));
  slack.answerWith(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
  const kinds = ['kpi-critical', 'kpi-warning', 'compliance-violation'] as const;
  await keepIncidents(
    kinds.map((kind) => ({ kind, of: kind, title: 'Wrong.', facts: {} })),
    deps,
  );
  await plannedForTest();
  for (let round = 0; round < 2; round += 1) {
    for (const id of await dueDeliveries(deps)) await deliver(id, deps);
    pipeline.advanceClock(MINUTE / 2 + 1_000);
  }
  expect((await deps.circuits.all()).map(({ name, status }) => [name, status])).toEqual([['slack', 'open']]);
  slack.answerWith(() => ({ body: '{"ok":true}' }));
  const asked = slack.asked.length;
  const [summary] = await planDayDeliveries(LocalDate.parse('2026-01-15'), deps);
  if (summary === undefined) throw new Error('the day is not told');

  const { status, detail } = (await deliver(summary, deps)) ?? {};

  expect([status, detail]).toEqual(['due', expect.stringContaining('slack failed too often')]);
  expect(slack.asked).toHaveLength(asked);
});

it('a break of the access record wakes compliance, and a second place is told though the first is known', async () => {
  const at = deps.clock.now().toISOString();
  const walk = { at, next: 1, moreBreaks: 0 };
  const first = { where: 'record 3', why: 'it is not there', number: 3, foundAt: at };
  await keepWalk({ ...walk, breaks: [first] }, deps.lake);
  const told = await look();
  await keepWalk({ ...walk, breaks: [first, { ...first, where: 'file access/x' }] }, deps.lake);
  const toldLater = await look();

  expect(told).toMatchObject([{ channel: '#compliance-team', text: expect.stringMatching(/^New: P1 /) }]);
  expect(JSON.stringify(told)).toContain('no longer what was written: record 3: it is not there.');
  expect(JSON.stringify(told)).toContain('docs/runbooks/access-broken.md');
  expect(toldLater.map(({ text }) => text)).toEqual([expect.stringContaining('file access/x')]);
});

describe('what comes and goes', () => {
  const condition: Condition = { kind: 'service-down', of: 'cascade', title: 'Cascade is away.', facts: {} };

  it('within the cooldown is told once', async () => {
    await keepIncidents([condition], deps);
    expect(await tell()).toBe(1);
    for (let flap = 0; flap < 4; flap += 1) {
      pipeline.advanceClock(2 * MINUTE);
      await keepIncidents([], deps);
      expect(await tell()).toBe(0);
      pipeline.advanceClock(2 * MINUTE);
      await keepIncidents([condition], deps);
      expect(await tell()).toBe(0);
    }
    await keepIncidents([], deps);
    pipeline.advanceClock(COOLDOWN_MS + MINUTE);
    await keepIncidents([], deps);
    expect(await tell()).toBe(1);
  });

  it('as a warning and becomes critical is the same incident grown worse', async () => {
    await keepIncidents([{ kind: 'data-late', of: 'all-data', title: 'Late.', facts: {} }], deps);
    await keepIncidents([{ kind: 'data-very-late', of: 'all-data', title: 'Very late.', facts: {} }], deps);

    expect(await deps.incidents.all()).toMatchObject([
      { id: 'late.all-data', severity: 'P2', news: 'worse', change: 2 },
    ]);
  });

  it('whatever the order, counts each change that is told higher than the one before', async () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 }), fc.boolean()), {
      maxLength: 12,
    });
    const inOrder = fc.asyncProperty(steps, fc.nat(), async (moves, salt) => {
      const own = { ...condition, of: `service${salt}` };
      const told: number[] = [];
      for (const [isWrong, minutes, isTold] of moves) {
        await keepIncidents(isWrong ? [own] : [], deps);
        pipeline.advanceClock(minutes * MINUTE);
        if (!isTold) continue;
        for (const incident of await incidentsToTell(deps)) {
          if (incident.id === `service.service${salt}`) told.push(incident.change);
          await markTold(incident, deps);
        }
      }
      return told.every((change, index) => index === 0 || change > (told[index - 1] ?? 0));
    });

    expect(await fc.check(inOrder, { seed: 20_261_128, numRuns: 15 })).toMatchObject({ failed: false });
  });
});

it('a secret that is missing, a service that is down and a delivery that is refused each have their incident', async () => {
  await deps.sourceStates.save(
    {
      source: 'hubspot',
      dataset: DatasetId.parse('hubspot/contacts'),
      pause: {
        kind: 'credentials',
        secret: 'hubspot-api-key',
        reason: 'refused',
        since: deps.clock.now().toISOString(),
      },
      pulls: [],
    },
    undefined,
  );
  const since = deps.clock.now().toISOString();
  const retryAt = new Date(deps.clock.now().getTime() + MINUTE).toISOString();
  await deps.circuits.save(
    { name: 'meta', status: 'open', failures: 3, since, retryAt, reason: 'status 503' },
    undefined,
  );
  await isolateCircuit('cascade', { by: 'Ana', reason: 'contract ended' }, deps);
  slack.answerWith(() => ({ body: '{"ok":false,"error":"channel_not_found"}' }));

  await look();
  slack.answerWith(() => ({ body: '{"ok":true}' }));
  await look();

  const ids = (await deps.incidents.all()).map(({ id, severity }) => `${id} ${severity}`).toSorted();
  expect(ids).toEqual(['credentials.hubspot-api-key P2', 'delivery.alerts P3', 'service.meta P3']);
});

describe('what cannot be looked at', () => {
  it('is told, is not taken for over, and hides nothing else', async () => {
    await pipeline.takeThrough(`${PAR}/bad.csv`, parFile('BAD'));
    await look();
    const away = watched(deps, ({ port, method }) => {
      if (port === 'lake' && method === 'read') throw new Error('the store is away');
    });
    pipeline.advanceClock(9 * 60 * MINUTE);

    await watch(away);

    const open = (await deps.incidents.all({ status: 'open' })).map(({ id }) => id).toSorted();
    expect(open).toEqual([
      'kpi.risk.par_30',
      'kpi.risk.par_90',
      'late.all-data',
      'run.watch.access.record',
      'run.watch.numbers',
    ]);
  });
});

it('a test alert arrives, and is over by itself', async () => {
  await openTestIncident('Ana', deps);

  expect(await look()).toMatchObject([
    { text: expect.stringContaining('A test of alerts, asked for by Ana') },
  ]);
  expect(await look()).toEqual([]);
  expect(await deps.incidents.all({ status: 'open' })).toEqual([]);

  await openTestIncident('Bea', deps);
  expect(await look()).toMatchObject([{ text: expect.stringContaining('asked for by Bea') }]);
});

/** How many incidents have news, which are told by it. */
async function tell(): Promise<number> {
  const incidents = await incidentsToTell(deps);
  for (const incident of incidents) await markTold(incident, deps);
  return incidents.length;
}

/** What a look would plan, without looking: nothing else is wrong. */
async function plannedForTest() {
  const planned = [];
  for (const incident of await incidentsToTell(deps)) {
    planned.push(...(await planIncidentDeliveries(incident, deps)));
    await markTold(incident, deps);
  }
  return planned;
}
