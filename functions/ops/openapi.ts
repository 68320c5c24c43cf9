import { z } from 'zod';
import { recordingOf, WHY_HEADERS } from './recorded.ts';
import { jsonAnswer, NO_QUERY, type Route } from './route.ts';

/** The OpenAPI document, made from the same list of routes that is registered. */
export function openApiRoute(routes: readonly Route[]): Route {
  return {
    name: 'openapi',
    method: 'GET',
    path: 'openapi.json',
    authLevel: 'function',
    summary: 'This interface as an OpenAPI 3.1 document',
    query: NO_QUERY,
    responses: { 200: { description: 'The document' } },
    handle: () => Promise.resolve(jsonAnswer(openApiDocument(routes))),
  };
}

export function openApiDocument(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const operations = (paths[`/api/${route.path}`] ??= {});
    operations[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Abaco Loans Analytics', version: '1' },
    components: {
      securitySchemes: {
        header: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
        query: { type: 'apiKey', in: 'query', name: 'code' },
      },
    },
    paths,
  };
}

function operationOf(route: Route): object {
  const responses = Object.entries({
    ...(route.otherQuery === undefined && { 400: REFUSED }),
    ...(route.staysTheSame === true && { 304: KNOWN }),
    ...route.responses,
  }).map(([status, { description, schema, mediaType }]) => {
    if (status === '304') return [status, { description }];
    const type = mediaType ?? (Number(status) < 400 ? 'application/json' : 'application/problem+json');
    return [status, { description, content: { [type]: schema ? { schema: jsonSchema(schema) } : {} } }];
  });
  return {
    operationId: route.name,
    summary: route.summary,
    parameters: [...pathParameters(route.path), ...queryParameters(route.query), ...headersOf(route)],
    ...(route.body && { requestBody: requestBodyOf(route.body) }),
    responses: Object.fromEntries(responses),
    security: route.authLevel === 'anonymous' ? [] : [{ header: [] }, { query: [] }],
  };
}

/** What every address answers to a query that it does not know. */
const REFUSED: Route['responses'][number] = {
  description: 'A query parameter is not known, or not usable; the answer says which',
};

const KNOWN: Route['responses'][number] = {
  description: 'It is as it was: the header If-None-Match has the ETag of the answer before',
};

function requestBodyOf({ description, mediaType, schema }: NonNullable<Route['body']>): object {
  const content = { [mediaType]: schema ? { schema: jsonSchema(schema) } : {} };
  return { description, required: schema !== undefined, content };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ shape }: z.ZodObject): object[] {
  return Object.entries(shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !z.safeParse(schema, undefined).success,
    schema: jsonSchema(schema),
  }));
}

function headersOf(route: Route): object[] {
  if (recordingOf(route) === undefined) return [];
  return WHY_HEADERS.map(({ name, description, schema }) => ({
    name,
    in: 'header',
    description,
    required: false,
    schema: jsonSchema(schema),
  }));
}

function jsonSchema(schema: z.core.$ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
