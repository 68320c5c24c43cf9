import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Egress, EgressRequest } from '../../../../shared/ports/egress.ts';
import { SecretMissing, type SecretName } from '../../../../shared/ports/secret-store.ts';
import { seal } from '../../../../shared/privacy/sealed.ts';
import { SlackBudget, SlackPoster } from '../../../../shared/publishing/destinations/slack-poster.ts';
import { SharedCircuit } from '../../../../shared/resilience/shared-circuit.ts';

// One message a second in a channel, whoever posts it; by the bot, or by the webhook of that channel and no other.

const WEBHOOK = 'slack-webhook-devops-alerts';

let secrets: Map<SecretName, string>;
let sent: EgressRequest[];
let waits: number[];
let answers: { status?: number; body: string }[];
let budget: SlackBudget;
const clock = { now: () => new Date('2026-01-15T06:00:00Z') };

beforeEach(() => {
  secrets = new Map([['slack-bot-token', 'xoxb-secret']]);
  sent = [];
  waits = [];
  answers = [];
  budget = new SlackBudget({ clock, pause: async (ms) => void waits.push(ms) });
});

const egress: Egress = {
  async send(request) {
    sent.push(request);
    const { status = 200, body } = answers.shift() ?? { body: `{"ok":true,"ts":"${sent.length}.0"}` };
    const bytes = (async function* () {
      yield Buffer.from(body);
    })();
    return { status, headers: {}, url: request.url, body: bytes };
  },
};

function aPoster(): SlackPoster {
  const circuits = { get: async () => undefined, save: async () => 'saved' as const, all: async () => [] };
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  return new SlackPoster(
    { baseUrl: 'https://slack.com' },
    {
      egress,
      clock,
      budget,
      circuit: new SharedCircuit({ name: 'slack', opensAfter: 3, retryAfterMs: 1 }, { circuits, clock, log }),
      secrets: {
        get: async (name) => {
          const value = secrets.get(name);
          if (value === undefined) throw new SecretMissing(name, 'the vault');
          return seal(value);
        },
      },
    },
  );
}

const to = (channel: string): string => JSON.stringify({ channel, text: 'It failed.' });

it('both destinations share one budget: a second between two messages in a channel, and none between channels', async () => {
  const [alerts, summary] = [aPoster(), aPoster()];

  await alerts.post(to('#devops-alerts'), { webhook: WEBHOOK });
  await summary.post(to('#devops-alerts'), { webhook: WEBHOOK });
  await alerts.post(to('#fintech-reports'), { webhook: WEBHOOK });

  expect(waits).toEqual([1_000]);
});

describe('an answer', () => {
  it('goes into the thread, and to the whole channel where it concerns all', async () => {
    const thread = await aPoster().post(to('#a'), { webhook: WEBHOOK });
    const again = await aPoster().post(to('#a'), { webhook: WEBHOOK, thread, isForAll: true });

    expect([thread, again]).toEqual(['1.0', '1.0']);
    expect(sent.map(({ json }) => json)).toEqual([
      { channel: '#a', text: 'It failed.' },
      { channel: '#a', text: 'It failed.', thread_ts: '1.0', reply_broadcast: true },
    ]);
  });

  it('whose thread is gone is a new message, which begins one', async () => {
    answers = [{ body: '{"ok":false,"error":"thread_not_found"}' }];

    expect(await aPoster().post(to('#a'), { webhook: WEBHOOK, thread: '0.5' })).toBe('2.0');
    expect(sent.at(-1)?.json).toEqual({ channel: '#a', text: 'It failed.' });
  });
});

describe('what Slack says', () => {
  it.each([
    ['channel_not_found', 'RequestRefused'],
    ['invalid_auth', 'CredentialsRefused'],
    ['token_revoked', 'CredentialsRefused'],
    ['internal_error', 'ServiceUnavailable'],
    ['ratelimited', 'ServiceUnavailable'],
  ])('%s is %s', async (error, name) => {
    answers = [{ body: JSON.stringify({ ok: false, error }) }];

    await expect(aPoster().post(to('#a'), { webhook: WEBHOOK })).rejects.toMatchObject({ name });
  });
});

describe('where there is no bot', () => {
  beforeEach(() => {
    secrets = new Map([
      [WEBHOOK, 'https://hooks.slack.com/services/devops'],
      ['slack-webhook-reports', 'https://hooks.slack.com/services/reports'],
    ]);
  });

  it('each channel has its own webhook', async () => {
    await aPoster().post(to('#devops-alerts'), { webhook: WEBHOOK });
    await aPoster().post(to('#fintech-reports'), { webhook: 'slack-webhook-reports' });

    expect(sent.map(({ url }) => url)).toEqual([...secrets.values()]);
  });

  it('a message whose webhook is missing goes nowhere else', async () => {
    await expect(
      aPoster().post(to('#compliance-team'), { webhook: 'slack-webhook-compliance-team' }),
    ).rejects.toMatchObject({ name: 'SecretMissing', secret: 'slack-webhook-compliance-team' });
    expect(sent).toEqual([]);
  });

  it('a webhook that was taken away has to be renewed, and a channel that is archived is a refusal that says so', async () => {
    answers = [
      { status: 404, body: 'no_service' },
      { status: 404, body: 'no_service' },
    ];
    await expect(aPoster().post(to('#a'), { webhook: WEBHOOK })).rejects.toMatchObject({
      name: 'CredentialsRefused',
      secret: WEBHOOK,
    });
    answers = [{ status: 410, body: 'channel_is_archived' }];
    await expect(aPoster().post(to('#a'), { webhook: WEBHOOK })).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('channel_is_archived'),
    });
  });
});
