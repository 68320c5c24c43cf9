import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { SecretMissing, type SecretName, type SecretStore } from '../../ports/secret-store.ts';
import { type Sealed, unseal } from '../../privacy/sealed.ts';
import { CredentialsRefused, RequestRefused, ServiceUnavailable } from '../../resilience/service-errors.ts';
import { bearer, ServiceHttp, type ServiceHttpDeps } from '../../resilience/service-http.ts';
import { type BucketDeps, TokenBucket } from '../../resilience/token-bucket.ts';

// Messages to Slack: as a bot, which may write to any channel, or by the webhook of one channel where there is no bot.
// A message never goes to another channel than its own: where its webhook is missing it waits.

export const SLACK_HOSTS = ['slack.com', 'hooks.slack.com'];

const BOT = 'slack-bot-token';
const RULE = {
  retries: 3,
  firstDelayMs: 1_000,
  longestDelayMs: 60_000,
  timeoutMs: 10_000,
  mostBytes: 1_000_000,
  atOnce: 1,
};
/** Slack takes about one message a second in a channel. */
const A_CHANNEL = { perMinute: 60, burst: 1 };

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional(), ts: z.string().optional() });
const Message = z.looseObject({ channel: z.string(), text: z.string() });

/** What all that post to Slack may post, channel by channel. There is one for as long as the process lives. */
export class SlackBudget {
  readonly #deps: BucketDeps;
  readonly #channels = new Map<string, TokenBucket>();

  constructor(deps: BucketDeps) {
    this.#deps = deps;
  }

  of(channel: string): TokenBucket {
    const bucket = this.#channels.get(channel) ?? new TokenBucket(A_CHANNEL, this.#deps);
    this.#channels.set(channel, bucket);
    return bucket;
  }
}

export type SlackDeps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf' | 'sentenceIn'> & {
  readonly budget: SlackBudget;
};

export type SlackPlace = {
  /** The webhook of the message's channel, for where there is no bot. */
  readonly webhook: SecretName;
  /** The message that it answers, where a bot has posted that. */
  readonly thread?: string | undefined;
  /** An answer that the whole channel is to see. */
  readonly isForAll?: boolean;
};

export class SlackPoster {
  readonly #baseUrl: string;
  readonly #secrets: SecretStore;
  readonly #budget: SlackBudget;
  readonly #asBot: ServiceHttp;
  readonly #byWebhook: (webhook: SecretName) => ServiceHttp;

  constructor({ baseUrl }: { readonly baseUrl: string }, deps: SlackDeps) {
    this.#baseUrl = baseUrl;
    this.#secrets = deps.secrets;
    this.#budget = deps.budget;
    this.#asBot = new ServiceHttp('Slack', RULE, {
      ...deps,
      secret: BOT,
      authorise: bearer,
    });
    this.#byWebhook = (webhook) =>
      new ServiceHttp('Slack', RULE, {
        ...deps,
        // The address of a webhook is the secret itself.
        secret: webhook,
        authorise: () => ({}),
        meaningOf: (status, body) =>
          status === 404 && /no_service|no_team/.test(body) ? 'credentials' : undefined,
        sentenceIn: (body) => (/^[a-z_]{1,60}\s*$/.test(body) ? body.trim() : ''),
      });
  }

  /**
   * Posts a message, as JSON with its channel. Returns the message that answers to it belong to, where a bot has posted
   * it. Throws RequestRefused when Slack will not have it.
   */
  async post(body: string, { webhook, thread, isForAll = false }: SlackPlace): Promise<string | undefined> {
    const { channel, ...message } = Message.parse(JSON.parse(body));
    const bucket = this.#budget.of(channel);
    const address = await webhookWithoutBot(this.#secrets, webhook);
    if (address !== undefined) {
      const call = { method: 'POST', url: unseal(address), json: message, bucket } as const;
      await this.#byWebhook(webhook).call(call, drained);
      return undefined;
    }
    const url = `${this.#baseUrl}/api/chat.postMessage`;
    const said = async (json: unknown) =>
      await this.#asBot.json({ method: 'POST', url, json, bucket }, Answer);
    const answering = thread !== undefined && { thread_ts: thread, reply_broadcast: isForAll };
    const answer = await said({ channel, ...message, ...answering });
    if (answer.ok) return thread ?? answer.ts;
    if (thread === undefined || !hasLostThread(answer.error)) throw refusalOf(answer.error);
    // Somebody has deleted what it answers.
    const anew = await said({ channel, ...message });
    if (!anew.ok) throw refusalOf(anew.error);
    return anew.ts;
  }
}

async function webhookWithoutBot(
  secrets: SecretStore,
  webhook: SecretName,
): Promise<Sealed<string> | undefined> {
  try {
    await secrets.get(BOT);
    return undefined;
  } catch (error) {
    if (error instanceof SecretMissing) return await secrets.get(webhook);
    throw error;
  }
}

function hasLostThread(error = ''): boolean {
  return /^(?:thread_not_found|message_not_found|invalid_thread_ts|cannot_reply_to_message)$|non_threadable/.test(
    error,
  );
}

/** Slack says in the answer what others say by status. */
function refusalOf(error = 'no reason'): Error {
  if (/auth|token|account_inactive/.test(error))
    return new CredentialsRefused(BOT, `Slack refused the token: ${error}`);
  if (/^(?:rate_?limited|internal_error|fatal_error|service_unavailable|request_timeout)$/.test(error))
    return new ServiceUnavailable(`Slack could not post it: ${error}`);
  return new RequestRefused('Slack', 200, error);
}

async function drained({ body }: { readonly body: AsyncIterable<Uint8Array> }): Promise<void> {
  await buffer(body);
}
