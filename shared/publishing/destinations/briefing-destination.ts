import { ALERT_ROUTES, type AlertKind, FAMILIES } from '../../alerting/alert-routes.ts';
import type { Condition } from '../../alerting/condition.ts';
import { conditionsOfKpis } from '../../alerting/conditions-of-kpis.ts';
import { incidentId } from '../../alerting/keep-incidents.ts';
import { runbookOf } from '../../domain/problem.ts';
import type { NewestNumbers } from '../../pipeline/newest-mart.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Incident, Incidents } from '../../ports/incidents.ts';
import type { Lake } from '../../ports/lake.ts';
import { type CatalogIds, insightFor } from '../insights/insight.ts';
import { insightBlocks } from '../insights/insight-blocks.ts';
import { freshnessOf } from '../report-model.ts';
import type { AlertSettings } from './alert-destinations.ts';
import type { Content, Destination } from './destination.ts';
import {
  type Block,
  context,
  escaped,
  linksTo,
  mention,
  section,
  sections,
  slackMessage,
} from './slack-message.ts';
import { type SlackDeps, SlackPoster } from './slack-poster.ts';
import { type NumbersDeps, toldOfDay } from './told-of-day.ts';

// The executive briefing: once a day everything that is critical, in one message, and nothing on a day without. That
// something has become critical is told at once by `alerts`; this is how it stands.

export const BRIEFING_CHANNEL = 'executive-briefing';

type Deps = SlackDeps &
  NumbersDeps & {
    readonly incidents: Incidents;
    readonly lake: Lake;
    readonly clock: Clock;
    readonly catalog: CatalogIds;
  };

export function briefingDestination(settings: AlertSettings, deps: Deps): Destination {
  const slack = new SlackPoster(settings, deps);
  return {
    name: 'briefing',
    tells: 'day',
    render: async (subject) =>
      await toldOfDay(subject, deps, async (newest, day) => {
        const open = await deps.incidents.all({ status: 'open' });
        const critical = criticalOf(newest, open, deps.clock.now());
        if (critical.length === 0) return undefined;
        const insight = insightBlocks(await insightFor(newest.mart, deps));
        return briefing({ day, critical, insight, ...newest }, settings);
      }),
    send: async ({ body }) => void (await slack.post(body, { webhook: `slack-webhook-${BRIEFING_CHANNEL}` })),
  };
}

const CRITICAL: ReadonlySet<string> = new Set<AlertKind>([
  'compliance-violation',
  'kpi-critical',
  'pipeline-failed',
]);
/** In this order. */
const WEIGHT = [...CRITICAL];

export type CriticalCondition = Condition & { readonly incident: Incident | undefined };

/** KPIs as the numbers say, which may be newer than the incidents; everything else as the incidents say. */
export function criticalOf(
  newest: NewestNumbers,
  open: readonly Incident[],
  now: Date,
): readonly CriticalCondition[] {
  const byId = new Map(open.map((incident) => [incident.id, incident]));
  const ofKpis = conditionsOfKpis(newest).filter(({ kind }) => CRITICAL.has(kind));
  const others = open.flatMap(({ kind, of, title, facts }) =>
    isCritical(kind) && FAMILIES[kind] !== 'kpi' ? [{ kind, of, title, facts }] : [],
  );
  const told = new Map([...others, ...ofKpis].map((condition) => [incidentId(condition), condition]));
  return [...told]
    .map(([id, condition]) => ({ ...condition, incident: byId.get(id) }))
    .filter(({ incident }) => !(Date.parse(incident?.muted?.until ?? '') > now.getTime()))
    .toSorted((a, b) => WEIGHT.indexOf(a.kind) - WEIGHT.indexOf(b.kind) || (a.of < b.of ? -1 : 1));
}

function isCritical(kind: string): kind is AlertKind {
  return CRITICAL.has(kind);
}

type Told = NewestNumbers & {
  readonly day: string;
  readonly critical: readonly CriticalCondition[];
  readonly insight: readonly Block[];
};

export function briefing({ day, run, mart, critical, insight }: Told, settings: AlertSettings): Content {
  const { channelPrefix, mentions, publicUrl } = settings;
  const title = `Executive briefing of ${day}: ${critical.length} critical`;
  const names = new Map(mart.kpis.map(({ id, name }) => [id, name]));
  const called = new Set(
    critical.map(({ kind }) => ALERT_ROUTES[kind].mention).filter((name) => name !== undefined),
  );
  const calls = [...called].map((name) => mention(name, mentions));
  const blocks: readonly Block[] = [
    { type: 'header', text: { type: 'plain_text', text: title } },
    section([`*${escaped(freshnessOf(mart).sentence)}*`, ...calls].join(' ')),
    ...critical.flatMap((condition) => sections(linesOf(condition, names))),
    ...insight,
    context(`${linksTo(mart, publicUrl)}run ${run.runId} · book ${mart.bookId}`),
  ];
  return slackMessage({ channel: `${channelPrefix}${BRIEFING_CHANNEL}`, text: title, blocks });
}

function linesOf(condition: CriticalCondition, names: ReadonlyMap<string, string>): readonly string[] {
  const { kind, facts, incident } = condition;
  const { firstAction, runbook } = ALERT_ROUTES[kind];
  const known = ['limits', 'previous', 'driver', 'owner'].flatMap((fact) =>
    facts[fact] === undefined ? [] : [`${fact}: ${facts[fact]}`],
  );
  const answered = incident?.acknowledged;
  const state = incident && `open since ${incident.openedAt}${answered ? `, ${answered.by} is at it` : ''}`;
  return [
    `:red_circle: *${escaped(headlineOf(condition, names))}*`,
    ...(known.length > 0 ? [escaped(known.join(' · '))] : []),
    ...(state === undefined ? [] : [escaped(state)]),
    `${escaped(firstAction)} (runbook ${runbookOf(runbook)})`,
  ];
}

/** In the words of the lender's templates. */
function headlineOf({ kind, of, title, facts }: Condition, names: ReadonlyMap<string, string>): string {
  if (kind === 'kpi-critical')
    return `Portfolio ${names.get(of) ?? of} Risk Alert: ${facts['value'] ?? title}`;
  if (kind === 'compliance-violation') return `COMPLIANCE BREACH: ${names.get(of) ?? of} - ${title}`;
  return `Pipeline Failure: ${of} - ${title}`;
}
