import { z } from 'zod';
import { rerun } from '../../shared/pipeline/rerun.ts';
import { QueuedStage } from '../../shared/pipeline/stages.ts';
import { changeOfRun } from './change-of-run.ts';
import { LOG_LEVEL_WISH } from './route.ts';

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
