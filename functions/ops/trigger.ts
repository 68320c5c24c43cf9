import { z } from 'zod';
import { dropFile } from '../../shared/pipeline/drop-file.ts';
import { ingestFile } from '../../shared/pipeline/ingest.ts';
import { sendNext } from '../stage-queues.ts';
import { broughtBy } from './asked-by.ts';
import { notFound, problem } from './problem-details.ts';
import { jsonAnswer, LOG_LEVEL_WISH, type Route, withDeps } from './route.ts';

const TriggerQuery = z.object({
  input_file: z
    .string('say which file: ?input_file=looker/loans/loans.csv')
    .min(1)
    .describe('Path within landing, for example looker/loans/loans.csv; relative, and never outside landing'),
  by: z.string().min(1).max(200).optional().describe('Who brings the file, where no principal says so'),
  logLevel: LOG_LEVEL_WISH,
});

const Answer = z.object({
  path: z.string(),
  etag: z.string(),
  outcome: z.enum(['accepted', 'duplicate', 'rejected', 'gone', 'failed']),
  runId: z.string().optional(),
  detail: z.string(),
  at: z.iso.datetime(),
  watch: z.string().optional().describe('Where the run is shown'),
});

export const triggerRoute: Route<typeof TriggerQuery> = {
  name: 'trigger',
  method: 'POST',
  path: 'pipeline/trigger',
  authLevel: 'function',
  summary:
    'Ingest a file: the request body is dropped into landing, or, without a body, the file that lies there',
  query: TriggerQuery,
  body: {
    description: 'The bytes of the file; without them the file that lies in landing is taken in',
    mediaType: 'application/octet-stream',
  },
  responses: {
    200: {
      description: 'The verdict is final already: rejected, or a duplicate of the run that is named',
      schema: Answer,
    },
    202: { description: 'Taken in; the answer names the run to watch', schema: Answer },
    400: { description: 'The path is not acceptable' },
    404: { description: 'No body was sent and no such file lies in landing' },
  },
  handle: withDeps(async (request, deps, { query, context }) => {
    const bytes = Buffer.from(await request.arrayBuffer());
    const body = bytes.length > 0 ? bytes : undefined;
    const { logLevel } = query;
    const traceparent = context.traceContext?.traceParent;
    const wishes = { logLevel, ...(traceparent !== undefined && { traceparent }) };
    const origin = broughtBy(request, query.by);
    const dropped = await dropFile({ path: query.input_file, body, origin, ...wishes }, deps);
    if (dropped.kind === 'refused') return refused(dropped.why);
    if (dropped.kind === 'missing') {
      return notFound(`File ${JSON.stringify(query.input_file)}`, 'Send its bytes as the request body.');
    }
    const { path } = dropped.file;
    // The blob event will come too; the ledger sees to it that the file is taken in once.
    const { next, ...outcome } = await ingestFile({ path, ...wishes }, deps);
    sendNext(context, next);
    const status = outcome.outcome === 'accepted' ? 202 : 200;
    return jsonAnswer({ ...outcome, watch: outcome.runId && `/api/runs/${outcome.runId}` }, status);
  }),
};

function refused(why: string): ReturnType<typeof problem> {
  return problem({
    status: 400,
    code: 'unsafe-name',
    title: 'Path refused',
    detail: `The path was refused: ${why}. Nothing was dropped. Use a path within landing such as looker/loans/loans.csv.`,
  });
}
