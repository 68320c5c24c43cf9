import { z } from 'zod';
import { RunId } from '../../shared/domain/ids.ts';
import { rollBack } from '../../shared/pipeline/roll-back.ts';
import { sendNext } from '../stage-queues.ts';
import { problem, unknownRun } from './problem-details.ts';
import { jsonAnswer, type Route, withDeps } from './route.ts';

const RollBackQuery = z.object({
  by: z.string().trim().min(1).max(100).describe('Who rolls it back; shown above the numbers'),
  reason: z.string().trim().min(1).max(200).describe('Why; shown above the numbers, so it names no person'),
  dryRun: z.stringbool().default(false).describe('Only say what would count instead'),
});

export const rollBackRoute: Route<typeof RollBackQuery> = {
  name: 'rollback',
  method: 'POST',
  path: 'runs/{runId}/rollback',
  authLevel: 'function',
  summary: 'Take an accepted file out of the numbers; the file before it counts again',
  query: RollBackQuery,
  responses: {
    200: { description: 'Dry run: what would count instead, and what would be published again' },
    202: { description: 'Started' },
    400: { description: 'Nobody is named, or no reason is given' },
    404: { description: 'No such run' },
    409: { description: 'None of its rows is in the numbers' },
  },
  handle: withDeps(async (request, deps, { query, context }) => {
    const runId = RunId.safeParse(request.params['runId']);
    if (!runId.success) return unknownRun(request.params['runId']);
    const outcome = await rollBack({ runId: runId.data, ...query }, deps);
    switch (outcome.kind) {
      case 'unknown':
        return unknownRun(runId.data);
      case 'impossible':
        return problem({
          status: 409,
          title: 'Cannot be rolled back',
          detail: `Run ${runId.data} was not rolled back: ${outcome.why}.`,
        });
      case 'planned':
        return jsonAnswer({ dryRun: true, ...outcome.plan });
      case 'started':
        sendNext(context, outcome.next);
        return jsonAnswer({ dryRun: false, ...outcome.plan }, 202);
    }
  }),
};
