import type {
  HttpFunctionOptions,
  HttpMethod,
  HttpRequest,
  HttpResponseInit,
  InvocationContext,
} from '@azure/functions';
import { z } from 'zod';
import { type Deps, theApp } from '../../shared/app.ts';
import { ConfigInvalid } from '../../shared/config.ts';
import { describeError } from '../../shared/pipeline/work-stage.ts';
import { LogLevel } from '../../shared/ports/log.ts';
import { CONTENT_SECURITY_POLICY } from '../../shared/publishing/page.ts';
import { PULL_OUTPUT } from '../ingest/pull-source.ts';
import { invocationLog } from '../invocation-log.ts';
import { DELIVER_OUTPUT } from '../pipeline/deliver.ts';
import { STAGE_OUTPUTS } from '../stage-queues.ts';
import { parseQuery } from './parse-query.ts';
import { problem } from './problem-details.ts';
import { problemPage } from './problem-page.ts';
import { recorded } from './recorded.ts';
import { unlessKnown } from './unless-known.ts';

// An HTTP function as data: what is registered and what the OpenAPI document says come from the same place.

export type Route<Query extends z.ZodObject = z.ZodObject> = {
  readonly name: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly authLevel: 'anonymous' | 'function';
  readonly summary: string;
  /** Parsed before the handler is called, and what the OpenAPI document lists. */
  readonly query: Query;
  /** For those who put something of their own into the address, as monitors do to get past caches. */
  readonly otherQuery?: 'ignored';
  /** Says the same until something new has come: whoever has it already is told that instead. */
  readonly staysTheSame?: boolean;
  readonly body?: { readonly description: string; readonly mediaType: string; readonly schema?: z.ZodType };
  readonly responses: Readonly<
    Record<number, { description: string; schema?: z.ZodType; mediaType?: string }>
  >;
  handle(request: HttpRequest, asked: Asked<z.infer<Query>>): Promise<HttpResponseInit>;
};

export type Asked<Query> = { readonly query: Query; readonly context: InvocationContext };

export const NO_QUERY = z.object({});

/** A query that a run can be asked with to tell more of itself. */
export const LOG_LEVEL_WISH = LogLevel.optional().describe(
  'How much this run tells in the log; otherwise as the setting LOG_LEVEL says',
);

/** A handler that gets the app's deps; settings that are not usable are answered with their names. */
export function withDeps<Query>(
  handle: (request: HttpRequest, deps: Deps, asked: Asked<Query>) => Promise<HttpResponseInit>,
): (request: HttpRequest, asked: Asked<Query>) => Promise<HttpResponseInit> {
  return async (request, asked) => {
    const { depsFor } = await theApp();
    return await handle(request, depsFor(invocationLog(asked.context)), asked);
  };
}

export function httpFunction(route: Route): HttpFunctionOptions {
  return {
    route: route.path,
    methods: [route.method],
    authLevel: route.authLevel,
    extraOutputs: [...STAGE_OUTPUTS, PULL_OUTPUT, DELIVER_OUTPUT],
    handler: async (request, context) => {
      try {
        const asked = parseQuery(request, route);
        if (asked.kind === 'refused') return readable(asked.answer, request);
        const { query } = asked;
        const handle = () => route.handle(request, { query, context });
        const answer = readable(await recorded(route, { request, query, context }, handle), request);
        return route.staysTheSame === true ? unlessKnown(answer, request) : answer;
      } catch (error) {
        return readable(answerFor(error, context), request);
      }
    },
  };
}

function readable(answer: HttpResponseInit, request: HttpRequest): HttpResponseInit {
  const page = problemPage(answer, request);
  return page === undefined ? answer : { ...answer, ...htmlAnswer(page) };
}

function answerFor(error: unknown, context: InvocationContext): HttpResponseInit {
  const log = invocationLog(context);
  if (error instanceof ConfigInvalid) {
    log.error('config.invalid', { problems: error.problems });
    return problem({
      status: 503,
      code: 'config-invalid',
      title: 'Settings are not usable',
      detail: 'Nothing was done. Correct the settings that are listed and restart the app.',
      problems: error.problems,
    });
  }
  log.error('stage.failed', { stage: 'http', error: describeError(error) });
  return problem({
    status: 500,
    code: 'stage-failed',
    title: 'Something broke',
    detail: `The request was not carried out. Look for invocation ${context.invocationId} in the log, then try again.`,
  });
}

export function jsonAnswer(document: unknown, status = 200): HttpResponseInit {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: `${JSON.stringify(document, null, 2)}\n`,
  };
}

/** What every document is served with that a browser might show: it runs nothing, and gives no address away. */
export const SAFE_TO_SHOW = {
  'cache-control': 'no-store',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function htmlAnswer(page: string | Uint8Array): HttpResponseInit {
  return { body: page, headers: { ...SAFE_TO_SHOW, 'content-type': 'text/html; charset=utf-8' } };
}
