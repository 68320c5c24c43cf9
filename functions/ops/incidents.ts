import { z } from 'zod';
import { ALERT_ROUTES } from '../../shared/alerting/alert-routes.ts';
import { acknowledgeIncident, muteIncident, openTestIncident } from '../../shared/alerting/keep-incidents.ts';
import { Incident } from '../../shared/ports/incidents.ts';
import { badRequest, notFound } from './problem-details.ts';
import { jsonAnswer, type Route, withDeps } from './route.ts';

/** What comes from outside becomes no key of a table before it looks like one. */
const IncidentId = Incident.shape.id;
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
    const routes: Readonly<Record<string, unknown>> = ALERT_ROUTES;
    return jsonAnswer({
      incidents: found.map((incident) => ({ ...incident, route: routes[incident.kind] })),
    });
  }),
};

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
