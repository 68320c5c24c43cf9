import { z } from 'zod';
import { RunId } from '../../shared/domain/ids.ts';
import { Reproduction, reproduceNumbers } from '../../shared/pipeline/reproduce-numbers.ts';
import { RunVerdict, verifyRun } from '../../shared/pipeline/verify-run.ts';
import { problem, unknownRun } from './problem-details.ts';
import { jsonAnswer, type Route, withDeps } from './route.ts';

const VerifyQuery = z.object({
  recompute: z
    .stringbool()
    .default(false)
    .describe('Also compute its numbers again from the same files, and say which differ'),
});

export const verifyRoute: Route<typeof VerifyQuery> = {
  name: 'verify-run',
  method: 'GET',
  path: 'runs/{runId}/verify',
  authLevel: 'function',
  summary: 'Is everything that a run left still as it was written? By the hashes of its manifest',
  query: VerifyQuery,
  responses: {
    200: {
      description: 'Each file with what was found; isAsWritten is the verdict over all of them',
      schema: RunVerdict.extend({ numbers: Reproduction.optional() }),
    },
    404: { description: 'No such run' },
    409: { description: 'The run is at work: what it leaves is still to come' },
  },
  handle: withDeps(async (request, deps, { query: { recompute } }) => {
    const runId = RunId.safeParse(request.params['runId']);
    if (!runId.success) return unknownRun(request.params['runId']);
    const outcome = await verifyRun(runId.data, deps);
    if (outcome.kind === 'unknown-run') return unknownRun(runId.data);
    if (outcome.kind === 'not-ended')
      return problem({
        status: 409,
        title: 'Cannot be verified yet',
        detail: `${runId.data} is at work. Ask again when it has come to its end.`,
      });
    const numbers = recompute ? await reproduceNumbers(outcome.manifest, deps) : undefined;
    return jsonAnswer({ ...outcome.verdict, ...(numbers !== undefined && { numbers }) });
  }),
};
