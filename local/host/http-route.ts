import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type RegisteredFunction, type TypedData, triggerOf } from './core-contract.ts';
import type { Invoke, TriggerCall } from './function-runner.ts';
import type { AuthLevel } from './http-access.ts';
import { parseRouteTemplate, type RouteTemplate } from './route-template.ts';

/** A function that answers HTTP. */
export type HttpRoute = {
  functionName: string;
  /** Path with the prefix, for people. */
  path: string;
  template: RouteTemplate;
  methods: readonly string[];
  level: AuthLevel;
  invoke: Invoke;
};

const HttpTrigger = z.object({
  route: z.string().optional(),
  methods: z.array(z.string()).default(['GET', 'POST']),
  authLevel: z.preprocess(
    (level) => (typeof level === 'string' ? level.toLowerCase() : level),
    z.enum(['anonymous', 'function', 'admin']).default('anonymous'),
  ),
});

export function httpRouteOf(fn: RegisteredFunction, routePrefix: string, invoke: Invoke): HttpRoute {
  const { route, methods, authLevel } = HttpTrigger.parse(triggerOf(fn));
  const path = [routePrefix, route ?? fn.name]
    .join('/')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\/{2,}/g, '/');
  return {
    functionName: fn.name,
    path,
    template: parseRouteTemplate(path),
    methods: methods.map((method) => method.toUpperCase()),
    level: authLevel,
    invoke,
  };
}

/** What a function is called with for a request. */
export function httpCall(
  request: IncomingMessage,
  url: URL,
  params: Record<string, string>,
  body: Buffer | undefined,
): TriggerCall {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const query = Object.fromEntries(url.searchParams);
  const data: TypedData = {
    http: {
      method: request.method ?? 'GET',
      url: url.href,
      nullableHeaders: nullable(headers),
      nullableQuery: nullable(query),
      nullableParams: nullable(params),
      ...(body === undefined ? {} : { body: { bytes: body } }),
    },
  };
  const traceParent = headers['traceparent'];
  return {
    reason: `${request.method} ${url.pathname}`,
    data,
    metadata: {
      Query: { json: JSON.stringify(query) },
      Headers: { json: JSON.stringify(headers) },
      ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
    },
    ...(traceParent === undefined ? {} : { traceParent }),
  };
}

function nullable(values: Record<string, string>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
