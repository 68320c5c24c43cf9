import { z } from 'zod';
import { type ReplayPlan, replay } from '../../shared/pipeline/replay.ts';
import { RunStatus } from '../../shared/runs/run-record.ts';
import { answerOfChange } from './change-of-run.ts';
import { jsonOf } from './parse-query.ts';
import { badRequest, describeIssues } from './problem-details.ts';
import { NO_QUERY, type Route, withDeps } from './route.ts';

const ReplayBody = z.strictObject({
  reason: z.string().trim().min(1).max(200).describe('Kept in the ledger'),
  dryRun: z.boolean().default(false).describe('Only say which run there would be'),
});

const Answer = z.object({
  dryRun: z.boolean(),
  runId: z.string().describe('The new run; its id follows from the content and the version of the contract'),
  replayOf: z.string(),
  contract: z.string(),
  fromVersion: z.int(),
  toVersion: z.int(),
  exists: z.boolean().describe('Was the new run there before?'),
  status: RunStatus.optional().describe('What has become of it, if it was'),
  watch: z.string().optional().describe('Where the new run is shown'),
});

export const replayRoute: Route = {
  name: 'replay',
  method: 'POST',
  path: 'runs/{runId}/replay',
  authLevel: 'function',
  summary: 'Have the raw file of a run judged by the newest version of its contract, as a new run',
  query: NO_QUERY,
  body: {
    description: 'Why, and whether to do it',
    mediaType: 'application/json',
    schema: ReplayBody,
  },
  responses: {
    200: {
      description: 'Dry run: what would be done. Otherwise: the new run was there before',
      schema: Answer,
    },
    202: { description: 'Started', schema: Answer },
    400: { description: 'The body is not usable' },
    404: { description: 'No such run' },
    409: { description: 'No newer version of the contract, no raw file, or the run has not ended' },
  },
  handle: withDeps(async (request, deps, { context }) => {
    const body = ReplayBody.safeParse(jsonOf(await request.text()));
    if (!body.success)
      return badRequest('Say why: {"reason": "loans@2 knows the new statuses"}.', describeIssues(body.error));
    return await answerOfChange(request, context, {
      done: 'replayed',
      change: async (runId) => await replay({ runId, ...body.data }, deps),
      shown: answerOf,
    });
  }),
};

function answerOf(plan: ReplayPlan, dryRun: boolean): z.infer<typeof Answer> {
  const exists = plan.status !== undefined;
  return { dryRun, ...plan, exists, ...((exists || !dryRun) && { watch: `/api/runs/${plan.runId}` }) };
}
