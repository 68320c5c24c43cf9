import { z } from 'zod';
import { DatasetId } from '../../shared/domain/ids.ts';
import { ProblemCode } from '../../shared/domain/problem.ts';
import { rerun } from '../../shared/pipeline/rerun.ts';
import { rerunFailed } from '../../shared/pipeline/rerun-failed.ts';
import { QueuedStage, Stage } from '../../shared/pipeline/stages.ts';
import { sendNext } from '../stage-queues.ts';
import { changeOfRun } from './change-of-run.ts';
import { jsonAnswer, LOG_LEVEL_WISH, type Route, withDeps } from './route.ts';

const FailedQuery = z.object({
  dataset: DatasetId.optional().describe('Only runs of this dataset'),
  problem: ProblemCode.optional().describe('Only what failed by this, as lastError of the run names it'),
  stage: Stage.optional().describe('Only what failed in this stage'),
  since: z.iso.datetime().optional().describe('Only what failed then or later, as 2026-01-15T06:00:00Z'),
  reason: z.string().trim().min(1).max(200).describe('Kept in the ledger'),
  logLevel: LOG_LEVEL_WISH,
  dryRun: z
    .stringbool()
    .default(false)
    .describe('Only say which they are, and what would be kept and redone'),
});

export const rerunFailedRoute: Route<typeof FailedQuery> = {
  name: 'rerun-failed',
  method: 'POST',
  path: 'runs/rerun-failed',
  authLevel: 'function',
  summary: 'A new attempt of every run that has failed, each from the stage in which it did',
  query: FailedQuery,
  responses: {
    200: { description: 'Dry run, or there was none: which they are' },
    202: { description: 'Started: which, and which cannot be rerun' },
  },
  handle: withDeps(async (_request, deps, { query, context }) => {
    const { plan, next } = await rerunFailed(query, deps);
    sendNext(context, next);
    return jsonAnswer({ dryRun: query.dryRun, ...plan }, next.length > 0 ? 202 : 200);
  }),
};

export const rerunRoute = changeOfRun({
  name: 'rerun',
  summary: 'A new attempt of a run from a stage on',
  query: z.object({
    from: QueuedStage.default('validate').describe('First stage to do again'),
    reason: z.string().max(200).default('asked for over HTTP').describe('Kept in the ledger'),
    logLevel: LOG_LEVEL_WISH,
    dryRun: z.stringbool().default(false).describe('Only say what would be kept and redone'),
  }),
  responses: {
    200: { description: 'Dry run: what would be kept and redone' },
    409: { description: 'Earlier stages have left nothing to work on' },
  },
  done: 'rerun',
  change: rerun,
});
