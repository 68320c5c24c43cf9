import { z } from 'zod';
import {
  ALERT_CHANNELS,
  ALERT_ROUTES,
  type AlertChannel,
  type AlertKind,
  RESPONSES,
} from '../../alerting/alert-routes.ts';
import { keepThread } from '../../alerting/keep-incidents.ts';
import { requestsFor } from '../../alerting/requests-for.ts';
import { runbookOf } from '../../domain/problem.ts';
import type { DeliverySubject } from '../../ports/deliveries.ts';
import type { Incident, Incidents } from '../../ports/incidents.ts';
import { unseal } from '../../privacy/sealed.ts';
import { ServiceHttp, type ServiceHttpDeps } from '../../resilience/service-http.ts';
import { type BucketDeps, TokenBucket } from '../../resilience/token-bucket.ts';
import type { Content, Destination } from './destination.ts';
import { context, escaped, mention, section, sections, slackMessage } from './slack-message.ts';
import { type SlackDeps, SlackPoster } from './slack-poster.ts';

// What is wrong, to whom it concerns: to the channel that its route names, and to whoever is on call.

export type AlertSettings = {
  readonly baseUrl: string;
  /** `#`, or `#staging-`. */
  readonly channelPrefix: string;
  /** Ids in Slack of those that alerts call: `@sre-oncall` is `S0123ABCD`. */
  readonly mentions: Readonly<Record<string, string>>;
  readonly publicUrl: string | undefined;
};
type IncidentDeps = { readonly incidents: Incidents };

const NEWS = {
  opened: ':rotating_light:',
  worse: ':chart_with_upwards_trend:',
  escalated: ':mega:',
  resolved: ':white_check_mark:',
} as const;
const WORD = { opened: 'New', worse: 'Worse', escalated: 'Nobody has answered', resolved: 'Over' } as const;

/** What is told of an incident in one channel is a thread there, where a bot posts it. */
export function alertsDestination(settings: AlertSettings, deps: SlackDeps & IncidentDeps): Destination {
  const slack = new SlackPoster(settings, deps);
  return {
    name: 'alerts',
    tells: 'incident',
    async render(subject) {
      const incident = await incidentOf(subject, deps.incidents);
      return incident && alertMessage(incident, settings);
    },
    async send({ body }, subject) {
      const incident = await incidentOf(subject, deps.incidents);
      // As it was rendered: the incident may have moved to another channel since.
      const channel = channelOf(body, settings);
      const thread = await slack.post(body, {
        webhook: `slack-webhook-${channel}`,
        thread: incident?.threads?.[channel],
        isForAll: incident?.news === 'worse' || incident?.news === 'escalated',
      });
      if (incident !== undefined && thread !== undefined)
        await keepThread(incident, { channel, thread }, deps);
    },
  };
}

/** The incident as it stands now, which may be after the change that is told: then that is what matters. */
async function incidentOf(subject: DeliverySubject, incidents: Incidents): Promise<Incident | undefined> {
  return subject.kind === 'incident' ? (await incidents.get(subject.incident))?.value : undefined;
}

function channelOf(body: string, { channelPrefix }: AlertSettings): AlertChannel {
  const { channel } = Posted.parse(JSON.parse(body));
  const known = ALERT_CHANNELS.find((name) => channel === `${channelPrefix}${name}`);
  if (known === undefined) throw new Error(`no alert goes to ${channel}`);
  return known;
}

const Posted = z.looseObject({ channel: z.string() });

export function alertMessage(
  incident: Incident,
  { channelPrefix, mentions, publicUrl }: AlertSettings,
): Content {
  const { kind, severity, news, title, facts, id } = incident;
  const route = ALERT_ROUTES[AlertKindOf.parse(kind)];
  const response = RESPONSES[severity];
  const isOver = news === 'resolved';
  const called =
    news === 'escalated' ? response.escalateTo : isOver || route.mention === undefined ? [] : [route.mention];
  const headline = `${NEWS[news]} ${WORD[news]} · ${severity} · ${title}`;
  const told = Object.entries(facts).map(([name, value]) => `*${escaped(name)}*: ${escaped(value)}`);
  const run = facts['run'];
  const links = [
    ...(run !== undefined && publicUrl !== undefined ? [`<${publicUrl}/api/runs/${run}|Run>`] : []),
    ...(publicUrl === undefined ? [] : [`<${publicUrl}/api/dashboard|Dashboard>`]),
    `runbook ${runbookOf(route.runbook)}`,
  ];
  const toDo = [
    `*Within 15 minutes*: ${escaped(route.firstAction)}`,
    `*Within the hour*: ${escaped(route.secondAction)}`,
    ...requestsFor(incident).map(({ why, request }) => `${why}: \`${escaped(request)}\``),
    `Answer within ${response.within}: \`POST /api/incidents/${id}/acknowledge?by=NAME\``,
  ];
  const calls = called.map((name) => mention(name, mentions));
  const blocks = [
    section([escaped(headline), ...calls].join(' ')),
    ...sections(told),
    ...(isOver ? [] : sections(toDo)),
    context(`${links.join(' · ')} · incident ${id}, since ${incident.openedAt}`),
  ];
  const text = escaped(`${WORD[news]}: ${severity} ${title}`);
  return slackMessage({ channel: `${channelPrefix}${route.channel}`, text, blocks });
}

/** The same for those who read no channel. */
export function alertInWords(
  incident: Incident,
  { publicUrl }: Pick<AlertSettings, 'publicUrl'>,
): { readonly subject: string; readonly text: string } {
  const { kind, severity, news, title, facts, id, openedAt } = incident;
  const route = ALERT_ROUTES[AlertKindOf.parse(kind)];
  const toDo = [
    `Within 15 minutes: ${route.firstAction}`,
    `Within the hour: ${route.secondAction}`,
    ...requestsFor(incident).map(({ why, request }) => `${why}: ${request}`),
    `Answer within ${RESPONSES[severity].within}: POST /api/incidents/${id}/acknowledge?by=NAME`,
  ];
  const lines = [
    title,
    '',
    ...Object.entries(facts).map(([name, value]) => `${name}: ${value}`),
    '',
    ...(news === 'resolved' ? [] : [...toDo, '']),
    `Runbook: ${runbookOf(route.runbook)}`,
    ...(publicUrl === undefined ? [] : [`Dashboard: ${publicUrl}/api/dashboard`]),
    `Incident ${id}, since ${openedAt}.`,
  ];
  return { subject: `${WORD[news]}: ${severity} ${title}`, text: lines.join('\n') };
}

const AlertKindOf = z.custom<AlertKind>(
  (kind) => typeof kind === 'string' && Object.hasOwn(ALERT_ROUTES, kind),
);

export const PAGERDUTY_HOSTS = ['events.pagerduty.com'];

const RULE = {
  retries: 3,
  firstDelayMs: 1_000,
  longestDelayMs: 60_000,
  timeoutMs: 10_000,
  mostBytes: 100_000,
  atOnce: 2,
};
/** There is one for as long as the process lives. */
export const pagerDutyBucket = (deps: BucketDeps): TokenBucket =>
  new TokenBucket({ perMinute: 120, burst: 10 }, deps);
const ROUTING_KEY = 'pagerduty-routing-key';
const URGENCY = { P1: 'critical', P2: 'error', P3: 'warning', P4: 'info' } as const;
/** Whom the others concern is told in a channel. */
const WAKES_SOMEBODY = new Set(['P1', 'P2']);

type PagerDutyDeps = Omit<ServiceHttpDeps, 'secret' | 'authorise'> & { readonly bucket: TokenBucket };

/** Events v2. One incident here is one there, by its dedup key: what is told twice is one, and what is over resolves it. */
export function pagerDutyDestination(
  settings: { readonly baseUrl: string },
  deps: PagerDutyDeps & IncidentDeps,
): Destination {
  const { bucket } = deps;
  const http = new ServiceHttp('PagerDuty', RULE, { ...deps, secret: ROUTING_KEY, authorise: () => ({}) });
  return {
    name: 'pagerduty',
    tells: 'incident',
    async render(subject) {
      const incident = await incidentOf(subject, deps.incidents);
      if (incident === undefined || !isForWhoeverIsOnCall(incident)) return undefined;
      const { id, title, severity, facts, news, openedAt, kind, of } = incident;
      const event = {
        event_action: news === 'resolved' ? 'resolve' : 'trigger',
        dedup_key: id,
        payload: {
          summary: title.slice(0, 1_024),
          source: of,
          severity: URGENCY[severity],
          timestamp: openedAt,
          class: kind,
          custom_details: { ...facts, runbook: runbookOf(ALERT_ROUTES[AlertKindOf.parse(kind)].runbook) },
        },
      };
      return { body: JSON.stringify(event, null, 2), contentType: 'application/json' };
    },
    async send({ body }) {
      // The key belongs into the event, and not into what is kept of it.
      const key = unseal(await deps.secrets.get(ROUTING_KEY));
      const json = { routing_key: key, ...Event.parse(JSON.parse(body)) };
      await http.json(
        { method: 'POST', url: `${settings.baseUrl}/v2/enqueue`, json, bucket },
        z.looseObject({}),
      );
    },
  };
}

/** What woke somebody is to be over there too, though it may have grown less grave before. */
function isForWhoeverIsOnCall({ severity, gravest = severity, news }: Incident): boolean {
  return WAKES_SOMEBODY.has(news === 'resolved' ? gravest : severity);
}

const Event = z.looseObject({ event_action: z.string(), dedup_key: z.string() });
