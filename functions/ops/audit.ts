import { z } from 'zod';
import { RunId } from '../../shared/domain/ids.ts';
import { findAudit } from '../../shared/pipeline/audit-of-run.ts';
import { planRunDeliveries, resendDelivery } from '../../shared/pipeline/deliver.ts';
import { DestinationName, subjectId } from '../../shared/ports/deliveries.ts';
import { AuditPayload } from '../../shared/runs/audit-payload.ts';
import { sendDeliveries } from '../pipeline/deliver.ts';
import { notFound, problem, unknownRun } from './problem-details.ts';
import { jsonAnswer, type Route, withDeps } from './route.ts';

const AuditQuery = z.object({
  run: RunId.describe('The run, as run_0123456789ab'),
  attempt: z.coerce.number().int().positive().max(999_999).optional().describe('An earlier attempt of it'),
  dryRun: z.stringbool().default(false).describe('Only show what would be written'),
});

const Answer = z.object({
  destination: DestinationName,
  subject: z.string().describe('The run with its attempt, as run_0123456789ab.1'),
  status: z.string(),
  watch: z.string().describe('Where it is shown how it stands'),
});

export const auditRoute: Route<typeof AuditQuery> = {
  name: 'audit',
  method: 'POST',
  path: 'ops/audit',
  authLevel: 'function',
  summary: 'Write a run into the tables of PostgreSQL once more, or show what would be written',
  query: AuditQuery,
  responses: {
    200: { description: 'Dry run: the rows of each audit table; nothing is written', schema: AuditPayload },
    202: { description: 'Due at the destination postgres, whatever became of it before', schema: Answer },
    404: { description: 'No such run, or no such attempt of it' },
    409: { description: 'The attempt has not come to its end, or postgres is not among the DESTINATIONS' },
  },
  handle: withDeps(async (_request, deps, { query: { run: runId, attempt, dryRun }, context }) => {
    const found = await findAudit({ runId, attempt }, deps);
    switch (found.kind) {
      case 'unknown-run':
        return unknownRun(runId);
      case 'no-such-attempt':
        return notFound(`Attempt ${attempt} of ${runId}`, `It has ${found.attempts} so far.`);
      case 'not-ended':
        return refused(
          `Attempt ${found.attempt} of ${runId} has not come to its end`,
          'Ask again when it has',
        );
      case 'found':
        break;
    }
    if (dryRun) return jsonAnswer(found.payload);
    const { subject } = found;
    const destinations = deps.destinations.filter(({ name }) => name === 'postgres');
    // Planned here as well: the run may be older than the destination.
    await planRunDeliveries(subject, { ...deps, destinations });
    const id = { destination: 'postgres', subject } as const;
    const delivery = destinations.length > 0 ? await resendDelivery(id, deps) : undefined;
    if (delivery === undefined)
      return refused('PostgreSQL is no destination of this app', 'Name postgres in the setting DESTINATIONS');
    await sendDeliveries(context, [id], deps);
    const { destination, status } = delivery;
    const watch = '/api/deliveries?destination=postgres';
    return jsonAnswer({ destination, subject: subjectId(subject), status, watch }, 202);
  }),
};

function refused(why: string, whatToDo: string): ReturnType<typeof problem> {
  return problem({
    status: 409,
    title: 'Cannot be written',
    detail: `${why}. Nothing was written. ${whatToDo}.`,
  });
}
