import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { SecretMissing, type SecretStore } from '../../ports/secret-store.ts';
import { type Sealed, seal, unseal } from '../../privacy/sealed.ts';
import { CredentialsRefused, RequestRefused } from '../../resilience/service-errors.ts';
import { ServiceHttp, type ServiceHttpDeps } from '../../resilience/service-http.ts';
import { TokenBucket } from '../../resilience/token-bucket.ts';

// Messages to Slack: as a bot, which may write to any channel, or by the webhook of one channel where there is no bot.

export const SLACK_HOSTS = ['slack.com', 'hooks.slack.com'];

const BOT = 'slack-bot-token';
const WEBHOOK = 'slack-webhook-reports';

const RULE = {
  retries: 3,
  firstDelayMs: 1_000,
  longestDelayMs: 60_000,
  timeoutMs: 10_000,
  mostBytes: 1_000_000,
  atOnce: 1,
};
/** Slack takes about one message a second in a channel. */
const REQUESTS = { perMinute: 60, burst: 1 };
/** A block of text may have so many. */
const MOST_CHARACTERS = 3_000;

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const Message = z.looseObject({ channel: z.string(), text: z.string() });

export type SlackDeps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf'> & {
  readonly pause: (ms: number) => Promise<void>;
};

export class SlackPoster {
  readonly #baseUrl: string;
  readonly #secrets: SecretStore;
  readonly #bucket: TokenBucket;
  readonly #asBot: ServiceHttp;
  readonly #byWebhook: ServiceHttp;

  constructor({ baseUrl }: { readonly baseUrl: string }, deps: SlackDeps) {
    this.#baseUrl = baseUrl;
    this.#secrets = deps.secrets;
    this.#bucket = new TokenBucket(REQUESTS, deps);
    this.#asBot = new ServiceHttp('Slack', RULE, {
      ...deps,
      secret: BOT,
      authorise: (token) => ({ authorization: seal(`Bearer ${unseal(token)}`) }),
    });
    // The address of a webhook is the secret itself.
    this.#byWebhook = new ServiceHttp('Slack', RULE, { ...deps, secret: WEBHOOK, authorise: () => ({}) });
  }

  /** Posts a message, as JSON with its channel. Throws RequestRefused when Slack will not have it. */
  async post(body: string): Promise<void> {
    const { channel, ...message } = Message.parse(JSON.parse(body));
    const webhook = await webhookWithoutBot(this.#secrets);
    const bucket = this.#bucket;
    if (webhook !== undefined) {
      const call = { method: 'POST', url: unseal(webhook), json: message, bucket } as const;
      return await this.#byWebhook.call(call, drained);
    }
    const url = `${this.#baseUrl}/api/chat.postMessage`;
    const json = { channel, ...message };
    const answer = await this.#asBot.json({ method: 'POST', url, json, bucket }, Answer);
    if (answer.ok) return;
    // Slack says in the answer what others say by status.
    if (/auth|token|account_inactive/.test(answer.error ?? ''))
      throw new CredentialsRefused(BOT, `Slack refused the token: ${answer.error}`);
    throw new RequestRefused('Slack', 200, answer.error);
  }
}

async function webhookWithoutBot(secrets: SecretStore): Promise<Sealed<string> | undefined> {
  try {
    await secrets.get(BOT);
    return undefined;
  } catch (error) {
    if (error instanceof SecretMissing) return await secrets.get(WEBHOOK);
    throw error;
  }
}

async function drained({ body }: { readonly body: AsyncIterable<Uint8Array> }): Promise<void> {
  await buffer(body);
}

export function section(text: string) {
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
  return { type: 'section', text: { type: 'mrkdwn', text: cut } };
}

/** What Slack would take for its own markup (its documentation names these three). */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
