import { z } from 'zod';
import { ALERT_ROUTES, type AlertKind, RESPONSES } from '../../alerting/alert-routes.ts';
import { runbookOf } from '../../domain/problem.ts';
import type { DeliverySubject } from '../../ports/deliveries.ts';
import type { Incident, Incidents } from '../../ports/incidents.ts';
import { unseal } from '../../privacy/sealed.ts';
import { ServiceHttp } from '../../resilience/service-http.ts';
import { TokenBucket } from '../../resilience/token-bucket.ts';
import type { Content, Destination } from './destination.ts';
import { escaped, type SlackDeps, SlackPoster, section } from './slack-poster.ts';

// What is wrong, to whom it concerns: to the channel that its route names, and to whoever is on call.

export type AlertSettings = {
  readonly baseUrl: string;
  /** `#`, or `#staging-`. */
  readonly channelPrefix: string;
  readonly publicUrl: string | undefined;
};
type Deps = SlackDeps & { readonly incidents: Incidents };

const NEWS = {
  opened: ':rotating_light:',
  worse: ':chart_with_upwards_trend:',
  escalated: ':mega:',
  resolved: ':white_check_mark:',
} as const;
const WORD = { opened: 'New', worse: 'Worse', escalated: 'Nobody has answered', resolved: 'Over' } as const;

export function alertsDestination(settings: AlertSettings, deps: Deps): Destination {
  const slack = new SlackPoster(settings, deps);
  return {
    name: 'alerts',
    tells: 'incident',
    async render(subject) {
      const incident = await incidentOf(subject, deps.incidents);
      return incident && alertMessage(incident, settings);
    },
    send: async ({ body }) => await slack.post(body),
  };
}

/** The incident as it stands now, which may be after the change that is told: then that is what matters. */
async function incidentOf(subject: DeliverySubject, incidents: Incidents): Promise<Incident | undefined> {
  return subject.kind === 'incident' ? (await incidents.get(subject.incident))?.value : undefined;
}

export function alertMessage(incident: Incident, { channelPrefix, publicUrl }: AlertSettings): Content {
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
    `Answer within ${response.within}: \`POST /api/incidents/${id}/acknowledge?by=NAME\``,
  ];
  const blocks = [
    section([escaped(headline), ...called].join(' ')),
    ...(told.length > 0 ? [section(told.join('\n'))] : []),
    ...(isOver ? [] : [section(toDo.join('\n'))]),
    {
      type: 'context',
      elements: [
        { type: 'mrkdwn', text: `${links.join(' · ')} · incident ${id}, since ${incident.openedAt}` },
      ],
    },
  ];
  const text = escaped(`${WORD[news]}: ${severity} ${title}`);
  const body = { channel: `${channelPrefix}${route.channel}`, text, blocks, unfurl_links: false };
  return { body: JSON.stringify(body, null, 2), contentType: 'application/json' };
}

/** The same for those who read no channel. */
export function alertInWords(
  { kind, severity, news, title, facts, id, openedAt }: Incident,
  { publicUrl }: Pick<AlertSettings, 'publicUrl'>,
): { readonly subject: string; readonly text: string } {
  const route = ALERT_ROUTES[AlertKindOf.parse(kind)];
  const toDo = [
    `Within 15 minutes: ${route.firstAction}`,
    `Within the hour: ${route.secondAction}`,
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
const REQUESTS = { perMinute: 120, burst: 10 };
const ROUTING_KEY = 'pagerduty-routing-key';
const URGENCY = { P1: 'critical', P2: 'error', P3: 'warning', P4: 'info' } as const;
/** Whom the others concern is told in a channel. */
const WAKES_SOMEBODY = new Set(['P1', 'P2']);

/** Events v2. One incident here is one there, by its dedup key: what is told twice is one, and what is over resolves it. */
export function pagerDutyDestination(settings: { readonly baseUrl: string }, deps: Deps): Destination {
  const bucket = new TokenBucket(REQUESTS, deps);
  const http = new ServiceHttp('PagerDuty', RULE, { ...deps, secret: ROUTING_KEY, authorise: () => ({}) });
  return {
    name: 'pagerduty',
    tells: 'incident',
    async render(subject) {
      const incident = await incidentOf(subject, deps.incidents);
      if (incident === undefined || !WAKES_SOMEBODY.has(incident.severity)) return undefined;
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

const Event = z.looseObject({ event_action: z.string(), dedup_key: z.string() });
