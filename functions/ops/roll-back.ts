import { z } from 'zod';
import { rollBack } from '../../shared/pipeline/roll-back.ts';
import { changeOfRun } from './change-of-run.ts';

export const rollBackRoute = changeOfRun({
  name: 'rollback',
  summary: 'Take an accepted file out of the numbers; the file before it counts again',
  query: z.object({
    by: z.string().trim().min(1).max(100).describe('Who rolls it back; shown above the numbers'),
    reason: z.string().trim().min(1).max(200).describe('Why; shown above the numbers, so it names no person'),
    dryRun: z.stringbool().default(false).describe('Only say what would count instead'),
  }),
  responses: {
    200: { description: 'Dry run: what would count instead, and what would be published again' },
    400: { description: 'Nobody is named, or no reason is given' },
    409: { description: 'None of its rows is in the numbers' },
  },
  done: 'rolled back',
  change: rollBack,
});
