import { HttpRequest, type HttpResponseInit, InvocationContext } from '@azure/functions';
import type { Route } from '../../functions/ops/route.ts';
import { httpFunction } from '../../functions/ops/route.ts';
import { ROUTES } from '../../functions/ops/routes.ts';
import { STAGE_OUTPUTS } from '../../functions/stage-queues.ts';
import { StageMessage } from '../../shared/pipeline/stage-message.ts';

// What the runtime hands to a handler, made by hand, and what it takes from it.

export type Invocation = { readonly context: InvocationContext; readonly lines: string[] };

export function anInvocation(
  functionName: string,
  more: { triggerMetadata?: Record<string, unknown>; traceParent?: string } = {},
): Invocation {
  const lines: string[] = [];
  const context = new InvocationContext({
    functionName,
    invocationId: '7d9cbd0f-0000-4000-8000-000000000001',
    logHandler: (level, ...args) => void lines.push(`${level} ${args.join(' ')}`),
    ...(more.triggerMetadata && { triggerMetadata: more.triggerMetadata }),
    ...(more.traceParent && { traceContext: { traceParent: more.traceParent } }),
  });
  return { context, lines };
}

/** Messages that the runtime would put on queues after the handler returned. */
export function sentBy({ context }: Invocation): StageMessage[] {
  return STAGE_OUTPUTS.flatMap((queue) => {
    const sent: unknown = context.extraOutputs.get(queue);
    return sent === undefined ? [] : StageMessage.array().parse(sent);
  });
}

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly bytes: Buffer;
  readonly json: () => unknown;
};

export type Call = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: string;
  headers?: Record<string, string>;
};

/** Calls the function of a route as the runtime does. */
export async function call(
  name: string,
  { params, query, body, headers }: Call = {},
  invocation = anInvocation(name),
): Promise<Answer> {
  const route = routeNamed(name);
  const request = new HttpRequest({
    method: route.method,
    url: `http://127.0.0.1/api/${route.path}`,
    ...(params && { params }),
    ...(query && { query }),
    ...(headers && { headers }),
    ...(body !== undefined && { body: { string: body } }),
  });
  const answer: HttpResponseInit = Object(await httpFunction(route).handler(request, invocation.context));
  const bytes = Buffer.from(typeof answer.body === 'string' ? answer.body : Object(answer.body));
  const text = bytes.toString('utf8');
  return {
    status: answer.status ?? 200,
    headers: Object.fromEntries(new Headers(Object(answer.headers))),
    text,
    bytes,
    json: () => JSON.parse(text),
  };
}

function routeNamed(name: string): Route {
  const route = ROUTES.find((candidate) => candidate.name === name);
  if (route === undefined) throw new Error(`there is no route ${name}`);
  return route;
}
