import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MOST_A_DAY, watch } from '../../../shared/alerting/watch.ts';
import type { Deps } from '../../../shared/app.ts';
import { addDays, LocalDate, localDateOf } from '../../../shared/domain/local-date.ts';
import {
  deliver,
  dueDeliveries,
  planDayDeliveries,
  previewDelivery,
  resendDelivery,
} from '../../../shared/pipeline/deliver.ts';
import { OLD_NUMBERS_AFTER_MS } from '../../../shared/pipeline/wait-for-numbers.ts';
import type { Delivery } from '../../../shared/ports/deliveries.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { type Answer, StubService } from '../../support/a-stub-service.ts';
import { aToldRun, PAR, tellingDeps } from '../../support/a-telling-pipeline.ts';

// What is published reaches everybody who waits, once, however long they are away. Slack and the lineage endpoint are
// servers on this machine that answer as the real ones do.

const DAY = LocalDate.parse('2026-01-15');
const FINE: Answer = { body: '{"ok":true}' };

let slack: StubService;
let lineage: StubService;
let pipeline: Pipeline;
let deps: Deps;

beforeAll(async () => {
  slack = await StubService.start(() => FINE);
  lineage = await StubService.start(() => ({ status: 201 }));
});
afterAll(async () => {
  await slack[Symbol.asyncDispose]();
  await lineage[Symbol.asyncDispose]();
});
beforeEach(async () => {
  slack.answerWith(() => FINE);
  lineage.answerWith(() => ({ status: 201 }));
  pipeline = await Pipeline.open();
  deps = await depsWith({ SLACK_BOT_TOKEN: 'xoxb-secret-of-the-bot' });
  for (const service of [slack, lineage]) service.asked.length = 0;
});

const depsWith = (secrets: Record<string, string>): Promise<Deps> =>
  tellingDeps(pipeline, { slack, lineage }, secrets);
const aRun = (): Promise<RunRecord> => aToldRun(pipeline, deps);

async function deliverAll(): Promise<readonly (Delivery | undefined)[]> {
  const results: (Delivery | undefined)[] = [];
  for (const id of await dueDeliveries(deps)) results.push(await deliver(id, deps));
  return results;
}

const statuses = async (): Promise<string[]> =>
  (await deps.deliveries.all()).map(({ destination, status }) => `${destination} ${status}`).toSorted();

/** The clock goes on to 06:30 of the next day. */
function untilMorning(): LocalDate {
  const tomorrow = addDays(localDateOf(deps.clock.now()), 1);
  pipeline.advanceClock(Date.parse(`${tomorrow}T06:30:00Z`) - deps.clock.now().getTime());
  return tomorrow;
}

describe('a run that has ended', () => {
  it('is told to the lineage endpoint, each event once and with both of its sides', async () => {
    const { runId, attempt } = await aRun();

    const [delivery] = await deliverAll();

    expect(delivery).toMatchObject({ destination: 'lineage', status: 'delivered', tries: 1 });
    const events = lineage.asked.map(({ method, path, body }) => ({ method, path, event: JSON.parse(body) }));
    expect(events).toHaveLength(8);
    expect(events.every(({ method, path }) => method === 'POST' && path === '/api/v1/lineage')).toBe(true);
    expect(events.map(({ event }) => event.eventType)).toEqual(
      Array.from({ length: 4 }, () => ['START', 'COMPLETE']).flat(),
    );
    const kept = await pipeline.text('reports', `deliveries/lineage/${runId}.${attempt}.ndjson`);
    expect(kept).toBe(await pipeline.text('runs', `${runId}/lineage.jsonl`));
  });

  it('is told when it was rejected, as what it is', async () => {
    await pipeline.drop(`${PAR}/odd.csv`, 'odd\n1\n');
    await pipeline.announce(`${PAR}/odd.csv`, deps);
    while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), deps);

    await deliverAll();

    expect(lineage.asked.map(({ body }) => JSON.parse(body).eventType).at(-1)).toBe('FAIL');
  });

  it('is told nowhere when no destination is in use', async () => {
    deps = pipeline.deps;
    await aRun();

    expect(await deps.deliveries.all()).toEqual([]);
  });
});

describe('a day', () => {
  it('is told in Slack once, however often its timer fires, with numbers, limits, links and the run behind them', async () => {
    const { runId } = await aRun();
    await planDayDeliveries(DAY, deps);
    await planDayDeliveries(DAY, deps);

    await deliverAll();
    await deliverAll();

    expect(slack.asked).toHaveLength(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = slack.asked;
    expect([path, headers['authorization']]).toEqual([
      '/api/chat.postMessage',
      'Bearer xoxb-secret-of-the-bot',
    ]);
    const message = JSON.parse(body);
    expect(message).toMatchObject({ channel: '#fintech-reports' });
    expect(message.text).toMatch(/^Loan book, daily summary of 2026-01-15: As of 2025-11-30/);
    const said = JSON.stringify(message.blocks);
    expect(said).toMatch(/\*Outstanding balance\*: USD [\d,.]+/);
    expect(said).toMatch(/:red_circle: |:large_orange_circle: |within its limits/);
    expect(said).toContain('https://abaco.example/api/dashboard|Dashboard');
    expect(said).toContain(runId);
  });

  it('is shown beforehand, and nothing is sent', async () => {
    await aRun();

    const content = await previewDelivery({ destination: 'slack', subject: { kind: 'day', day: DAY } }, deps);

    expect(JSON.parse(content?.body ?? '')).toMatchObject({ channel: '#fintech-reports' });
    expect(slack.asked).toEqual([]);
    expect(await deps.deliveries.all({ destination: 'slack' })).toEqual([]);
  });

  it('that is due before it has numbers is told as soon as they are there, once, and nobody is alarmed meanwhile', async () => {
    const today = untilMorning();
    await planDayDeliveries(today, deps);
    for (let minutes = 0; minutes < 3; minutes += 1) {
      expect(await deliverAll()).toMatchObject([
        { status: 'due', tries: 0, detail: 'The day has no numbers yet.' },
      ]);
      pipeline.advanceClock(61_000);
    }
    expect(slack.asked).toEqual([]);
    expect(pipeline.logged.filter(({ event }) => event.startsWith('delivery.'))).toEqual([]);

    await aRun();
    await planDayDeliveries(today, deps);
    for (let minutes = 0; minutes < 3; minutes += 1) {
      await deliverAll();
      pipeline.advanceClock(61_000);
    }

    expect(slack.asked).toHaveLength(1);
    expect(slack.asked[0]?.body).not.toContain('No new numbers');
    expect(await statuses()).toContain('slack delivered');
  });

  it('waits in vain only as long as it lasts', async () => {
    await planDayDeliveries(localDateOf(deps.clock.now()), deps);
    pipeline.advanceClock(24 * 3_600_000);

    expect(await deliverAll()).toMatchObject([{ status: 'skipped', detail: 'There was nothing to tell.' }]);
    expect(slack.asked).toEqual([]);
  });

  it('is told with the numbers of the day before when none have come for four hours, and says so', async () => {
    await aRun();
    await planDayDeliveries(untilMorning(), deps);
    await deliverAll();
    expect(await statuses()).toContain('slack due');

    pipeline.advanceClock(OLD_NUMBERS_AFTER_MS);
    await deliverAll();

    expect(slack.asked).toHaveLength(1);
    expect(slack.asked[0]?.body).toContain('No new numbers have come on this day.');
  });

  it('does not wait when it is sent again by hand', async () => {
    await planDayDeliveries(localDateOf(deps.clock.now()), deps);
    const [id] = await deps.deliveries.all({ destination: 'slack' });
    if (id === undefined) throw new Error('nothing was planned');
    await resendDelivery(id, deps);

    expect(await deliver(id, deps)).toMatchObject({ status: 'skipped' });
  });

  it('goes by the webhook of the channel where there is no bot', async () => {
    deps = await depsWith({ SLACK_WEBHOOK_TOKEN: `${slack.url}/services/T0/B0/secret-of-the-hook` });
    slack.answerWith(() => ({ headers: { 'content-type': 'text/plain' }, body: 'ok' }));
    await aRun();
    await planDayDeliveries(DAY, deps);

    await deliverAll();

    const [{ path, body } = { path: '', body: '' }] = slack.asked;
    expect(path).toBe('/services/T0/B0/secret-of-the-hook');
    expect(JSON.parse(body)).not.toHaveProperty('channel');
    expect(await statuses()).toEqual(['lineage delivered', 'slack delivered']);
  });
});

describe('a destination that is away', () => {
  it('for an hour loses nothing, and gets everything once afterwards, while the other one goes on', async () => {
    slack.answerWith(() => ({ status: 400, body: '{"ok":false}' }));
    lineage.answerWith(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    for (let nth = 0; nth < 3; nth += 1) await aRun();
    slack.answerWith(() => FINE);
    await planDayDeliveries(DAY, deps);
    for (let minutes = 0; minutes < 60; minutes += 10) {
      await deliverAll();
      pipeline.advanceClock(10 * 60_000);
    }
    // Files of one feed have each other's runs computed again: at least one attempt for each of the three.
    const before = await statuses();
    expect(before.length).toBeGreaterThan(3);
    expect(new Set(before)).toEqual(new Set(['lineage due', 'slack delivered']));

    lineage.answerWith(() => ({ status: 201 }));
    lineage.asked.length = 0;
    pipeline.advanceClock(20 * 60_000);
    await deliverAll();
    await deliverAll();

    expect(await statuses()).toEqual(before.map((status) => status.replace('due', 'delivered')));
    const told = lineage.asked
      .map(({ body }) => JSON.parse(body))
      .map(({ run, eventType }) => `${run.runId} ${eventType}`);
    expect(new Set(told).size).toBe(told.length);
    expect(slack.asked).toHaveLength(1);
  });

  it('is asked again only after a while, which grows', async () => {
    lineage.answerWith(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    await aRun();

    await deliverAll();

    expect(await dueDeliveries(deps)).toEqual([]);
    pipeline.advanceClock(31_000);
    expect(await dueDeliveries(deps)).toHaveLength(1);
    await deliverAll();
    pipeline.advanceClock(31_000);
    expect(await dueDeliveries(deps)).toEqual([]);
  });

  it('without its secret keeps what is due and says which secret is missing', async () => {
    deps = await depsWith({});
    await aRun();
    await planDayDeliveries(DAY, deps);

    await deliverAll();

    const [delivery] = await deps.deliveries.all({ destination: 'slack' });
    expect(delivery).toMatchObject({
      status: 'due',
      detail: expect.stringContaining('slack-webhook-reports'),
    });
  });
});

describe('a message that the destination will not have', () => {
  it('is not sent again by itself, shows what was said, and can be sent again by hand', async () => {
    await aRun();
    const [id] = await planDayDeliveries(DAY, deps);
    if (id === undefined) throw new Error('nothing was planned');
    slack.answerWith(() => ({ body: '{"ok":false,"error":"channel_not_found"}' }));

    await deliverAll();
    pipeline.advanceClock(3_600_000);

    expect(await dueDeliveries(deps)).toEqual([]);
    expect(await deps.deliveries.all({ destination: 'slack' })).toMatchObject([
      { status: 'refused', detail: expect.stringContaining('channel_not_found') },
    ]);
    slack.answerWith(() => FINE);
    await resendDelivery(id, deps);
    expect(await deliver(id, deps)).toMatchObject({ status: 'delivered' });
  });
});

it('with DELIVERIES=keep everything is kept as it would be sent, nothing is sent, and nothing is sent later', async () => {
  await aRun();
  await planDayDeliveries(DAY, deps);
  const sending = deps;
  deps = { ...deps, sendsDeliveries: false };

  expect(new Set((await deliverAll()).map((delivery) => delivery?.status))).toEqual(new Set(['skipped']));

  const [told] = await deps.deliveries.all({ destination: 'slack' });
  expect(told).toMatchObject({
    detail: 'Kept and not sent: DELIVERIES is keep.',
    sha256: expect.any(String),
  });
  expect(await pipeline.text('reports', told?.path ?? '')).toContain('Loan book, daily summary');
  deps = sending;
  expect(await deliverAll()).toEqual([]);
  expect([...slack.asked, ...lineage.asked]).toEqual([]);
});

describe('e-mail', () => {
  const KEY = Buffer.from('a key that only this test has').toString('base64');
  const TO = ['risk@abaco.example', 'finance@abaco.example'];
  let mail: StubService;
  beforeEach(async () => {
    const taken = () => ({
      status: 202,
      headers: { 'operation-location': `${mail.url}/emails/operations/1` },
      body: '{"id":"1","status":"Running"}',
    });
    mail = await StubService.start(({ method }) =>
      method === 'POST' ? taken() : { body: '{"id":"1","status":"Succeeded"}' },
    );
    deps = await depsWith({
      DESTINATIONS: 'email, alerts, email-alerts',
      COMMUNICATION_CONNECTION: `endpoint=${mail.url}/;accesskey=${KEY}`,
      EMAIL_FROM: 'reports@abaco.example',
      EMAIL_TO: TO.join(', '),
      SLACK_BOT_TOKEN: 'xoxb-secret-of-the-bot',
    });
  });
  afterEach(async () => await mail[Symbol.asyncDispose]());
  const sent = () => mail.asked.filter(({ method }) => method === 'POST');

  it('takes the report of the day to the list, attached, and keeps no address', async () => {
    const { runId } = await aRun();
    await planDayDeliveries(DAY, deps);

    expect(await deliverAll()).toMatchObject([{ destination: 'email', status: 'delivered' }]);

    expect(sent()).toHaveLength(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: '{}' }] = sent();
    expect(path).toMatch(/^\/emails:send\?/);
    expect(headers['authorization']).toMatch(/^HMAC-SHA256 /);
    const message = JSON.parse(body);
    expect(message).toMatchObject({
      senderAddress: 'reports@abaco.example',
      recipients: { to: TO.map((address) => ({ address })) },
      content: {
        subject: 'Loan book, 2026-01-15: 2 critical, 0 warnings',
        plainText: expect.stringContaining(runId),
      },
    });
    const [report] = message.attachments;
    expect(report).toMatchObject({ name: 'report_2025-11-30.html', contentType: 'text/html' });
    expect(Buffer.from(report.contentInBase64, 'base64').toString('utf8')).toMatch(/^<!doctype html>/i);
    expect(await pipeline.text('reports', 'deliveries/email/2026-01-15.json')).not.toContain('risk@');
  });

  it('takes over an alert that cannot be posted, after three tries', async () => {
    await aRun();
    slack.answerWith(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    for (let minutes = 0; minutes < 12; minutes += 1) {
      await watch(deps);
      await deliverAll();
      pipeline.advanceClock(60_000);
    }

    const subjects = sent().map(({ body }) => JSON.parse(body).content.subject);
    expect(subjects).toContain('New: P2 PAR 90 is 6.25 %: critical, above 5 %.');
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it('tells alerts by itself where no channel of Slack is in use, at most 50 in a day', async () => {
    deps = await depsWith({
      DESTINATIONS: 'email-alerts',
      COMMUNICATION_CONNECTION: `endpoint=${mail.url}/;accesskey=${KEY}`,
      EMAIL_FROM: 'reports@abaco.example',
      EMAIL_TO: TO.join(', '),
    });
    const since = deps.clock.now().toISOString();
    for (let change = 1; change < MOST_A_DAY; change += 1)
      await deps.deliveries.save(
        {
          destination: 'email-alerts',
          subject: { kind: 'incident', incident: 'run.others', change },
          ...{ status: 'delivered', tries: 1, since, plannedAt: since },
        },
        undefined,
      );
    await aRun();
    await watch(deps);
    await deliverAll();

    const [mailed, ...others] = sent().map(({ body }) => JSON.parse(body).content);
    expect(others).toEqual([]);
    expect(mailed.subject).toMatch(/^New: P2 PAR \d+ is .*critical/);
    expect(mailed.plainText).toContain('back to the numbers before: POST /api/runs/run_');
  });

  it('that is refused is not sent again, and says why', async () => {
    mail.answerWith(() => ({
      status: 400,
      body: '{"error":{"code":"InvalidSenderUserName","message":"no"}}',
    }));
    await aRun();
    await planDayDeliveries(DAY, deps);

    expect(await deliverAll()).toMatchObject([
      { status: 'refused', detail: expect.stringContaining('InvalidSenderUserName') },
    ]);
  });
});

it('what is kept and logged of deliveries holds no secret', async () => {
  await aRun();
  await planDayDeliveries(DAY, deps);
  slack.answerWith(() => ({ status: 401 }));
  await deliverAll();

  const kept = [JSON.stringify(await deps.deliveries.all()), JSON.stringify(pipeline.logged)];
  for (const path of await pipeline.paths('reports', 'deliveries/'))
    kept.push(await pipeline.text('reports', path));

  expect(kept.join('\n')).not.toContain('xoxb-secret');
  expect(await statuses()).toContain('slack due');
});
