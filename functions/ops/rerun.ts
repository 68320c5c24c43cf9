import { z } from 'zod';
import { RunId } from '../../shared/domain/ids.ts';
import { rerun } from '../../shared/pipeline/rerun.ts';
import { QueuedStage } from '../../shared/pipeline/stages.ts';
import { sendNext } from '../stage-queues.ts';
import { problem, unknownRun } from './problem-details.ts';
import { jsonAnswer, LOG_LEVEL_WISH, type Route, withDeps } from './route.ts';

const RerunQuery = z.object({
  from: QueuedStage.default('validate').describe('First stage to do again'),
  reason: z.string().max(200).default('asked for over HTTP').describe('Kept in the ledger'),
  logLevel: LOG_LEVEL_WISH,
  dryRun: z.stringbool().default(false).describe('Only say what would be kept and redone'),
});

export const rerunRoute: Route<typeof RerunQuery> = {
  name: 'rerun',
  method: 'POST',
  path: 'runs/{runId}/rerun',
  authLevel: 'function',
  summary: 'A new attempt of a run from a stage on',
  query: RerunQuery,
  responses: {
    200: { description: 'Dry run: what would be kept and redone' },
    202: { description: 'Started' },
    404: { description: 'No such run' },
    409: { description: 'Earlier stages have left nothing to work on' },
  },
  handle: withDeps(async (request, deps, { query, context }) => {
    const runId = RunId.safeParse(request.params['runId']);
    if (!runId.success) return unknownRun(request.params['runId']);
    const outcome = await rerun({ runId: runId.data, ...query }, deps);
    switch (outcome.kind) {
      case 'unknown':
        return unknownRun(runId.data);
      case 'impossible':
        return problem({
          status: 409,
          title: 'Cannot be rerun from there',
          detail: `Run ${runId.data} was not changed: ${outcome.why}.`,
        });
      case 'planned':
        return jsonAnswer({ dryRun: true, ...outcome.plan });
      case 'started':
        sendNext(context, outcome.next);
        return jsonAnswer({ dryRun: false, ...outcome.plan }, 202);
    }
  }),
};
