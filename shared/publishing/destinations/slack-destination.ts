import { z } from 'zod';
import type { KpiMart } from '../../kpis/kpi-result.ts';
import type { DeliverySubject } from '../../ports/deliveries.ts';
import { SecretMissing, type SecretStore } from '../../ports/secret-store.ts';
import { type Sealed, seal, unseal } from '../../privacy/sealed.ts';
import { TokenBucket } from '../../resilience/token-bucket.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { CredentialsRefused, RequestRefused } from '../../sources/source-errors.ts';
import { SourceHttp, type SourceHttpDeps } from '../../sources/source-http.ts';
import { type KpiRow, kpiRows } from '../kpi-row.ts';
import { freshnessOf, headlinesOf } from '../report-model.ts';
import type { Content, Destination } from './destination.ts';

// The daily summary in Slack: how things stand, what is outside its limits, and from which run the numbers come.

export const SLACK_HOSTS = ['slack.com', 'hooks.slack.com'];

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
/** A block of text may have 3,000 characters, a message 50 blocks. */
const MOST_CHARACTERS = 3_000;
const MOST_LINES = 20;

const IN_FRONT = [
  'port.outstanding',
  'risk.par_30',
  'risk.par_90',
  'risk.collection_rate',
  'risk.collection_efficiency',
  'risk.portfolio_health',
];

export type SlackSettings = {
  readonly baseUrl: string;
  /** Such as `#fintech-reports`. */
  readonly reportsChannel: string;
  /** Where the product answers; links are left out without it. */
  readonly publicUrl: string | undefined;
};
type Deps = Omit<SourceHttpDeps, 'secret' | 'authorise' | 'meaningOf'> & {
  readonly pause: (ms: number) => Promise<void>;
  readonly newest: () => Promise<{ run: RunRecord; mart: KpiMart } | undefined>;
};

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

export function slackDestination(settings: SlackSettings, deps: Deps): Destination {
  const bucket = new TokenBucket(REQUESTS, deps);
  const asBot = new SourceHttp('Slack', RULE, {
    ...deps,
    secret: BOT,
    authorise: (token) => ({ authorization: seal(`Bearer ${unseal(token)}`) }),
  });
  // The address of a webhook is the secret itself, and tied to one channel.
  const byWebhook = new SourceHttp('Slack', RULE, { ...deps, secret: WEBHOOK, authorise: () => ({}) });
  return {
    name: 'slack',
    tells: 'day',
    async render(subject) {
      const newest = await deps.newest();
      return newest && dailySummary(newest, subject, settings);
    },
    async send({ body }) {
      const { channel, ...message } = Message.parse(JSON.parse(body));
      const webhook = await webhookWithoutBot(deps.secrets);
      if (webhook !== undefined) {
        const call = { method: 'POST', url: unseal(webhook), json: message, bucket } as const;
        return await byWebhook.call(call, drained);
      }
      const url = `${settings.baseUrl}/api/chat.postMessage`;
      const json = { channel, ...message };
      const answer = await asBot.json({ method: 'POST', url, json, bucket }, Answer);
      if (answer.ok) return;
      // Slack says in the answer what others say by status.
      if (/auth|token|account_inactive/.test(answer.error ?? ''))
        throw new CredentialsRefused(BOT, `Slack refused the token: ${answer.error}`);
      throw new RequestRefused('Slack', 200, answer.error);
    },
  };
}

const BOT = 'slack-bot-token';
const WEBHOOK = 'slack-webhook-reports';

/** A bot may write to any channel; the webhook serves where there is none. */
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
  for await (const _chunk of body);
}

const Message = z.looseObject({ channel: z.string(), text: z.string() });

/** The message for the day, the same for the same numbers. */
export function dailySummary(
  { run, mart }: { readonly run: RunRecord; readonly mart: KpiMart },
  subject: DeliverySubject,
  { reportsChannel, publicUrl }: SlackSettings,
): Content {
  const rows = kpiRows(mart);
  const { sentence } = freshnessOf(mart);
  const day = subject.kind === 'day' ? subject.day : mart.asOf;
  const title = `Loan book, daily summary of ${day}`;
  const front = IN_FRONT.flatMap((id) => rows.filter((row) => row.id === id));
  const outside = headlinesOf(rows).filter(({ status }) => status === 'critical' || status === 'warning');
  const said = outside.slice(0, MOST_LINES).map(({ status, sentence: what }) => `${MARK[status]} ${what}`);
  if (outside.length > MOST_LINES) said.push(`… and ${outside.length - MOST_LINES} more, on the dashboard.`);
  const links =
    publicUrl === undefined
      ? ''
      : `<${publicUrl}/api/dashboard|Dashboard> · <${publicUrl}/api/reports/${mart.asOf}|Report> · `;
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: title } },
    section(`*${escaped(sentence)}*`),
    section(front.map(lineOf).join('\n')),
    section(
      said.length > 0 ? said.map(escaped).join('\n') : ':white_check_mark: Everything is within its limits.',
    ),
    {
      type: 'context',
      elements: [{ type: 'mrkdwn', text: `${links}run ${run.runId} · book ${mart.bookId}` }],
    },
  ];
  const body = {
    channel: reportsChannel,
    text: `${title}: ${escaped(sentence)}`,
    blocks,
    unfurl_links: false,
  };
  return { body: JSON.stringify(body, null, 2), contentType: 'application/json' };
}

const MARK = {
  critical: ':red_circle:',
  warning: ':large_orange_circle:',
  ok: '',
  'not-computable': '',
} as const;

function lineOf({ name, shown, statusWord, limits, change }: KpiRow): string {
  const parts = [
    `*${escaped(name)}*: ${escaped(shown)}`,
    ...(limits === undefined ? [] : [escaped(statusWord)]),
    ...(limits === undefined ? [] : [escaped(limits)]),
    ...(change === undefined ? [] : [escaped(`${change.shown} since ${change.since}`)]),
  ];
  return parts.join(' · ');
}

function section(text: string) {
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
  return { type: 'section', text: { type: 'mrkdwn', text: cut } };
}

/** What Slack would take for its own markup (its documentation names these three). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
