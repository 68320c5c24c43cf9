import { z } from 'zod';
import { openBreakers } from '../../shared/pipeline/data-quality.ts';
import { DestinationName } from '../../shared/ports/deliveries.ts';
import { SourceName } from '../../shared/ports/source-client.ts';
import { isolateCircuit, resetCircuit } from '../../shared/resilience/shared-circuit.ts';
import { notFound } from './problem-details.ts';
import { jsonAnswer, NO_QUERY, type Route, withDeps } from './route.ts';

/** Every service that is asked: sources, and destinations. */
const CircuitName = z.union([SourceName, DestinationName]);

const ResetQuery = z.object({ by: z.string().min(1).max(100).describe('Who resets it') });
const IsolateQuery = ResetQuery.extend({
  reason: z.string().min(1).max(200).describe('Why nobody may ask the service; shown to whoever looks'),
});

export const breakersRoute: Route = {
  name: 'breakers',
  method: 'GET',
  path: 'breakers',
  authLevel: 'function',
  summary: 'Circuit breakers: of services that are asked, and of datasets whose files are bad',
  query: NO_QUERY,
  responses: { 200: { description: 'Every circuit that was ever used, and every dataset that is stopped' } },
  handle: withDeps(async (_request, { circuits, breakers }) => {
    const [services, datasets] = await Promise.all([circuits.all(), breakers.all()]);
    return jsonAnswer({ services, datasets: openBreakers(datasets) });
  }),
};

export const resetBreakerRoute: Route<typeof ResetQuery> = {
  name: 'reset-breaker',
  method: 'POST',
  path: 'breakers/{name}/reset',
  authLevel: 'function',
  summary: 'Close the circuit of a service: the next call asks it again',
  query: ResetQuery,
  responses: { 200: { description: 'Closed' }, 404: { description: 'No such circuit' } },
  handle: withDeps(async (request, deps, { query }) => {
    const name = request.params['name'] ?? '';
    // What comes from outside becomes no key of a table.
    const isKnown = (await deps.circuits.all()).some((circuit) => circuit.name === name);
    const state = isKnown ? await resetCircuit(name, query.by, deps) : undefined;
    return state === undefined ? unknownCircuit(name) : jsonAnswer(state);
  }),
};

export const isolateBreakerRoute: Route<typeof IsolateQuery> = {
  name: 'isolate-breaker',
  method: 'POST',
  path: 'breakers/{name}/isolate',
  authLevel: 'function',
  summary: 'Open the circuit of a service until somebody resets it',
  query: IsolateQuery,
  responses: { 200: { description: 'Isolated' }, 404: { description: 'No such circuit' } },
  handle: withDeps(async (request, deps, { query }) => {
    const name = CircuitName.safeParse(request.params['name']);
    if (!name.success) return unknownCircuit(request.params['name'] ?? '');
    return jsonAnswer(await isolateCircuit(name.data, query, deps));
  }),
};

function unknownCircuit(name: string) {
  return notFound(`Circuit ${JSON.stringify(name)}`, 'GET breakers lists them.');
}
