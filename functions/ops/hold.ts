import { z } from 'zod';
import { RunId } from '../../shared/domain/ids.ts';
import { Hold, HoldCase, holdRun } from '../../shared/pipeline/hold-run.ts';
import { problem, unknownRun } from './problem-details.ts';
import { jsonAnswer, type Route, withDeps } from './route.ts';

const HoldQuery = z.object({
  case: HoldCase.describe('The case that it is held for, as LEGAL-7'),
  by: z.string().min(1).max(100).describe('Who says so'),
  reason: z.string().min(1).max(200).describe('Why, for the access record'),
  dryRun: z.stringbool().default(false).describe('Only say what would be copied, and where to'),
});

const Answer = Hold.partial({ heldAt: true }).extend({
  dryRun: z.boolean().describe('True where nothing is held yet'),
  path: z.string(),
});

export const holdRoute: Route<typeof HoldQuery> = {
  name: 'hold-run',
  method: 'POST',
  path: 'runs/{runId}/hold',
  authLevel: 'function',
  summary:
    'Keep what a run has left for a case: copied to where it is neither changed nor deleted with the rest',
  query: HoldQuery,
  responses: {
    200: { description: 'What is held, and where', schema: Answer },
    404: { description: 'No such run' },
    409: { description: 'The run is at work: what it leaves is still to come' },
  },
  handle: withDeps(async (request, deps, { query }) => {
    const runId = RunId.safeParse(request.params['runId']);
    if (!runId.success) return unknownRun(request.params['runId']);
    const { reason: _, ...input } = query;
    const outcome = await holdRun({ runId: runId.data, ...input }, deps);
    if (outcome.kind === 'unknown-run') return unknownRun(runId.data);
    if (outcome.kind !== 'not-ended')
      return jsonAnswer({ dryRun: outcome.kind === 'planned', ...outcome.hold, path: outcome.path });
    return problem({
      status: 409,
      title: 'Cannot be held yet',
      detail: `${runId.data} is at work. Nothing was copied. Ask again when it has come to its end.`,
    });
  }),
};
