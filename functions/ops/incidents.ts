import { z } from 'zod';
import { ALERT_ROUTES } from '../../shared/alerting/alert-routes.ts';
import { acknowledgeIncident, muteIncident, openTestIncident } from '../../shared/alerting/keep-incidents.ts';
import { type IncidentRecord, postMortem } from '../../shared/alerting/post-mortem.ts';
import type { Deps } from '../../shared/app.ts';
import { RunId } from '../../shared/domain/ids.ts';
import { subjectId } from '../../shared/ports/deliveries.ts';
import { Incident } from '../../shared/ports/incidents.ts';
import { badRequest, notFound } from './problem-details.ts';
import { jsonAnswer, type Route, SAFE_TO_SHOW, withDeps } from './route.ts';

/** What comes from outside becomes no key of a table before it looks like one. */
const IncidentId = Incident.shape.id;
const ROUTES: Readonly<Record<string, unknown>> = ALERT_ROUTES;
const BY = z.string().min(1).max(100).describe('Who says so');
const IncidentsQuery = z.object({
  status: Incident.shape.status.optional().describe('Only those that stand so'),
});
const AcknowledgeQuery = z.object({ by: BY });
const MuteQuery = z.object({
  until: z.iso.datetime().describe('When people are told again, for example 2026-01-15T06:00:00Z'),
  by: BY,
  reason: z.string().min(1).max(200).describe('Why; shown to whoever looks'),
});

export const incidentsRoute: Route<typeof IncidentsQuery> = {
  name: 'incidents',
  method: 'GET',
  path: 'incidents',
  authLevel: 'function',
  summary: 'What is wrong now and was lately: the weightiest first',
  query: IncidentsQuery,
  responses: { 200: { description: 'Incidents, each with its route' } },
  handle: withDeps(async (_request, { incidents }, { query }) => {
    const found = (await incidents.all(query)).toSorted(
      (a, b) =>
        a.status.localeCompare(b.status) ||
        a.severity.localeCompare(b.severity) ||
        (a.openedAt < b.openedAt ? 1 : -1),
    );
    return jsonAnswer({
      incidents: found.map((incident) => ({ ...incident, route: ROUTES[incident.kind] })),
    });
  }),
};

const IncidentQuery = z.object({
  format: z
    .enum(['json', 'md'])
    .default('json')
    .describe('md: a post-mortem in Markdown, begun with its timeline, to be filled in'),
});

export const incidentRoute: Route<typeof IncidentQuery> = {
  name: 'incident',
  method: 'GET',
  path: 'incidents/{id}',
  authLevel: 'function',
  summary: 'One incident with its steps, its run and the messages that told of it',
  query: IncidentQuery,
  responses: { 200: { description: 'The incident' }, 404: { description: 'No such incident' } },
  handle: withDeps(async (request, deps, { query }) => {
    const record = await recordOf(request.params['id'], deps);
    if (record === undefined) return unknownIncident(request.params['id'] ?? '');
    if (query.format === 'md')
      return {
        body: postMortem(record),
        headers: { ...SAFE_TO_SHOW, 'content-type': 'text/markdown; charset=utf-8' },
      };
    const { incident, run, deliveries } = record;
    return jsonAnswer({
      incident: { ...incident, route: ROUTES[incident.kind] },
      run: run && { runId: run.runId, dataset: run.dataset, status: run.status, stage: run.stage },
      deliveries: deliveries.map(({ subject, ...delivery }) => ({
        ...delivery,
        subject: subjectId(subject),
      })),
    });
  }),
};

/** Everything that is known of it. */
async function recordOf(
  id: string | undefined,
  { incidents, deliveries, ledger }: Pick<Deps, 'incidents' | 'deliveries' | 'ledger'>,
): Promise<IncidentRecord | undefined> {
  const known = IncidentId.safeParse(id);
  const incident = known.success ? (await incidents.get(known.data))?.value : undefined;
  if (incident === undefined) return undefined;
  const runId = RunId.safeParse(incident.facts['run']);
  return {
    incident,
    deliveries: await deliveries.all({ incident: incident.id }),
    run: runId.success ? (await ledger.find(runId.data))?.value : undefined,
  };
}

export const acknowledgeRoute: Route<typeof AcknowledgeQuery> = {
  name: 'acknowledge-incident',
  method: 'POST',
  path: 'incidents/{id}/acknowledge',
  authLevel: 'function',
  summary: 'Say that you have it: it goes no further up',
  query: AcknowledgeQuery,
  responses: { 200: { description: 'The incident' }, 404: { description: 'No such incident' } },
  handle: withDeps(async (request, deps, { query }) => {
    const id = IncidentId.safeParse(request.params['id']);
    const incident = id.success ? await acknowledgeIncident(id.data, query.by, deps) : undefined;
    return incident === undefined ? unknownIncident(request.params['id'] ?? '') : jsonAnswer(incident);
  }),
};

export const muteRoute: Route<typeof MuteQuery> = {
  name: 'mute-incident',
  method: 'POST',
  path: 'incidents/{id}/mute',
  authLevel: 'function',
  summary: 'Tell nobody of it until a day; it is kept all the same',
  query: MuteQuery,
  responses: {
    200: { description: 'The incident' },
    400: { description: 'The end is in the past' },
    404: { description: 'No such incident' },
  },
  handle: withDeps(async (request, deps, { query }) => {
    const id = IncidentId.safeParse(request.params['id']);
    if (Date.parse(query.until) <= deps.clock.now().getTime())
      return badRequest(`Nothing was muted: ${query.until} is past.`, ['until is in the past']);
    const incident = id.success ? await muteIncident(id.data, query, deps) : undefined;
    return incident === undefined ? unknownIncident(request.params['id'] ?? '') : jsonAnswer(incident);
  }),
};

const TestQuery = z.object({ by: BY });

export const testAlertRoute: Route<typeof TestQuery> = {
  name: 'test-alert',
  method: 'POST',
  path: 'alerts/test',
  authLevel: 'function',
  summary: 'Open an incident that only shows whether alerts arrive; it is over by itself',
  query: TestQuery,
  responses: { 202: { description: 'Opened; it is told within a minute or two' } },
  handle: withDeps(async (_request, deps, { query }) =>
    jsonAnswer(
      { incident: await openTestIncident(query.by, deps), watch: '/api/deliveries?destination=alerts' },
      202,
    ),
  ),
};

function unknownIncident(id: string) {
  return notFound(`Incident ${JSON.stringify(id)}`, 'GET incidents lists them.');
}
