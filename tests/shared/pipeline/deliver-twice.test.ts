import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Deps } from '../../../shared/app.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { deliver, dueDeliveries, planDayDeliveries } from '../../../shared/pipeline/deliver.ts';
import { ServiceUnavailable } from '../../../shared/resilience/service-errors.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { type Answer, StubService } from '../../support/a-stub-service.ts';
import { aToldRun, tellingDeps } from '../../support/a-telling-pipeline.ts';

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

describe('messages for one delivery that come twice, or whose process died', () => {
  it('send it once, at the same time as well', async () => {
    await aRun();
    await planDayDeliveries(DAY, deps);
    const ids = await dueDeliveries(deps);

    await Promise.all([...ids, ...ids, ...ids].map((id) => deliver(id, deps)));

    expect(slack.asked).toHaveLength(1);
    expect(lineage.asked).toHaveLength(8);
  });

  it('are taken up by another process after five minutes, and not before', async () => {
    await aRun();
    const [id] = await planDayDeliveries(DAY, deps);
    if (id === undefined) throw new Error('nothing was planned');
    const found = await deps.deliveries.get(id);
    if (found === undefined) throw new Error('nothing is due');
    const since = deps.clock.now().toISOString();
    await deps.deliveries.save({ ...found.value, status: 'sending', tries: 1, since }, found.version);

    expect(await deliver(id, deps)).toMatchObject({ status: 'sending' });
    pipeline.advanceClock(5 * 60_000 + 1);

    expect(await dueDeliveries(deps)).toContainEqual(expect.objectContaining(id));
    expect(await deliver(id, deps)).toMatchObject({ status: 'delivered', tries: 2 });
  });
});

describe('a process that is slow to send', () => {
  /** The content is asked for, and nothing comes until it is let go. */
  function slowDestination() {
    const begun = Promise.withResolvers<void>();
    const released = Promise.withResolvers<'sent' | 'failed'>();
    const send = async (): Promise<void> => {
      begun.resolve();
      if ((await released.promise) === 'failed') throw new ServiceUnavailable('it broke off');
    };
    const destinations = deps.destinations.map((one) => (one.name === 'slack' ? { ...one, send } : one));
    return { begun: begun.promise, end: released.resolve, deps: { ...deps, destinations } };
  }
  const SLACK = { destination: 'slack', subject: { kind: 'day', day: DAY } } as const;
  const status = async () => (await deps.deliveries.get(SLACK))?.value.status;

  beforeEach(async () => {
    await aRun();
    await planDayDeliveries(DAY, deps);
  });

  it('and fails does not make due what another one has taken over', async () => {
    const [slow, other] = [slowDestination(), slowDestination()];
    const late = deliver(SLACK, slow.deps);
    await slow.begun;
    pipeline.advanceClock(5 * 60_000 + 1);
    const taken = deliver(SLACK, other.deps);
    await other.begun;

    slow.end('failed');
    await late;

    expect(await status()).toBe('sending');
    other.end('sent');
    expect(await taken).toMatchObject({ status: 'delivered', tries: 2 });
  });

  it('and has sent it in the end is believed, although another one has failed since', async () => {
    const [slow, other] = [slowDestination(), slowDestination()];
    const late = deliver(SLACK, slow.deps);
    await slow.begun;
    pipeline.advanceClock(5 * 60_000 + 1);
    other.end('failed');
    await deliver(SLACK, other.deps);
    expect(await status()).toBe('due');

    slow.end('sent');

    expect(await late).toMatchObject({ status: 'delivered' });
    pipeline.advanceClock(3_600_000);
    expect(await dueDeliveries(deps)).not.toContainEqual(expect.objectContaining(SLACK));
  });

  it('does not make due again what was sent and could not be noted', async () => {
    const forgetful: Deps['deliveries'] = {
      get: (of) => deps.deliveries.get(of),
      all: (filter) => deps.deliveries.all(filter),
      save: async (delivery, version) => {
        if (delivery.status === 'delivered') throw new Error('storage is away');
        return await deps.deliveries.save(delivery, version);
      },
    };

    await expect(deliver(SLACK, { ...deps, deliveries: forgetful })).rejects.toThrow('storage is away');

    expect(await status()).toBe('sending');
  });
});
