import { runbookOf } from '../domain/problem.ts';
import type { Delivery } from '../ports/deliveries.ts';
import { subjectId } from '../ports/deliveries.ts';
import type { Incident, IncidentStep } from '../ports/incidents.ts';
import { escapeMarkdown } from '../publishing/escape-markdown.ts';
import { markdownTable } from '../publishing/markdown-table.ts';
import { showDuration, showInstant } from '../publishing/show-value.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { ALERT_ROUTES, type AlertKind, RESPONSES } from './alert-routes.ts';

// What is written down within a day of an incident, begun with all that is known of it: whoever writes it has only to
// say what no table knows.

export type IncidentRecord = {
  readonly incident: Incident;
  /** Who was told of it. */
  readonly deliveries: readonly Delivery[];
  /** The run that it is about, where it is about one. */
  readonly run: RunRecord | undefined;
};

/** As Markdown, to be filled in and kept where the team keeps such things. */
export function postMortem(record: IncidentRecord): string {
  const { incident } = record;
  const facts = Object.entries(incident.facts).map(
    ([name, value]) => `- ${escapeMarkdown(name)}: ${escapeMarkdown(value)}`,
  );
  return `# Post-mortem: ${escapeMarkdown(incident.title)}

${markdownTable(['', ''], head(record))}

## What was wrong

${facts.join('\n') || '- nothing more is known'}

## Timeline (UTC)

${markdownTable(['when', 'what'], timeline(record))}

${TO_BE_WRITTEN}`;
}

const TO_BE_WRITTEN = `## To be written within a day

### What happened

…

### Which numbers were wrong or missing meanwhile, and who used them

…

### Cause

…

### What keeps it from coming back

| action | who | until |
| --- | --- | --- |
| … | … | … |

### Which runbook was wrong, or was not there

…
`;

function head({ incident, run }: IncidentRecord): string[][] {
  const { id, of, severity, gravest = severity, openedAt, resolvedAt, acknowledged, kind } = incident;
  const { impact, within } = RESPONSES[gravest];
  const since = (at: string): string => showDuration(Date.parse(at) - Date.parse(openedAt));
  const routes: Readonly<Record<string, (typeof ALERT_ROUTES)[AlertKind]>> = ALERT_ROUTES;
  const route = routes[kind];
  return [
    ['incident', `\`${id}\`, of ${escapeMarkdown(of)}`],
    ['severity', `${gravest}: ${impact}`],
    ['opened', showInstant(openedAt)],
    [
      'answered',
      acknowledged === undefined
        ? `by nobody; due within ${within}`
        : `${showInstant(acknowledged.at)} by ${escapeMarkdown(acknowledged.by)}, after ${since(acknowledged.at)}; due within ${within}`,
    ],
    ['over', resolvedAt === undefined ? 'not yet' : `${showInstant(resolvedAt)}, after ${since(resolvedAt)}`],
    ...(run === undefined
      ? []
      : [['run', `\`GET /api/runs/${run.runId}\` of ${run.dataset}, ${run.status}`]]),
    ...(id.startsWith('kpi.') ? [['number', `\`GET /api/kpis/${of}\``]] : []),
    ...(route === undefined ? [] : [['runbook', runbookOf(route.runbook)]]),
  ];
}

type Entry = { readonly at: string; readonly what: string };

/** The run, the incident and its messages, in the order of time. */
function timeline({ incident, deliveries, run }: IncidentRecord): string[][] {
  const entries: Entry[] = [
    ...(run === undefined ? [] : entriesOf(run)),
    ...stepsOf(incident).map((step) => ({ at: step.at, what: inWords(step) })),
    ...deliveries
      .filter(({ plannedAt }) => plannedAt >= incident.openedAt)
      .map(({ destination, subject, status, since, path }) => ({
        at: since,
        what: `${destination}: ${subjectId(subject)} ${status}${path === undefined ? '' : `, \`reports/${path}\``}`,
      })),
  ];
  return entries
    .toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
    .map(({ at, what }) => [showInstant(at), what]);
}

function entriesOf({ runId, dataset, drop, trail, lastError, rolledBack }: RunRecord): Entry[] {
  return [
    { at: drop.landedAt, what: `a file of ${dataset} landed, run \`${runId}\`` },
    ...trail.map(({ stage, attempt, completedAt }) => ({
      at: completedAt,
      what: `stage ${stage} of attempt ${attempt} was done`,
    })),
    ...(lastError === undefined
      ? []
      : [{ at: lastError.at, what: `stage ${lastError.stage} failed: ${lastError.code}` }]),
    ...(rolledBack === undefined
      ? []
      : [{ at: rolledBack.at, what: `rolled back by ${escapeMarkdown(rolledBack.by)}` }]),
  ];
}

/** Of this time alone; what is older than the steps that are kept is known by its beginning. */
function stepsOf({ trail = [], openedAt, severity }: Incident): readonly IncidentStep[] {
  const own = trail.filter(({ at }) => at >= openedAt);
  return own.some(({ what }) => what === 'opened')
    ? own
    : [{ at: openedAt, what: 'opened', severity }, ...own];
}

const WORDS: Readonly<Record<IncidentStep['what'], string>> = {
  opened: 'the incident opened',
  worse: 'it grew worse',
  eased: 'it eased',
  escalated: 'nobody had answered: it went further up',
  resolved: 'it was over',
  back: 'it was back',
  acknowledged: 'answered',
  muted: 'muted',
};

function inWords({ what, severity, by, until }: IncidentStep): string {
  const parts = [
    `${WORDS[what]}, ${severity}`,
    ...(by === undefined ? [] : [`by ${escapeMarkdown(by)}`]),
    ...(until === undefined ? [] : [`until ${showInstant(until)}`]),
  ];
  return parts.join(' ');
}
