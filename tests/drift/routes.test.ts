import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openApiDocument } from '../../functions/ops/openapi.ts';
import type { Route } from '../../functions/ops/route.ts';
import { ROUTES } from '../../functions/ops/routes.ts';
import { call } from '../support/an-invocation.ts';
import { ROOT } from '../support/source-files.ts';

// The interface over HTTP is told in three places: what is registered, the OpenAPI document and the README.

const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        requestBody: z.unknown().optional(),
        responses: z.record(z.string(), z.unknown()),
        parameters: z.array(z.object({ name: z.string(), in: z.string() })),
      }),
    ),
  ),
});
const { paths } = Document.parse(openApiDocument(ROUTES));

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** `GET runs`, `POST check?dataset=`: what stands in the first column of the table. */
const told = new Set(
  [...readme.matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(GET|POST) ([^`?]+)(?:\?[^`]*)?`/g)].map(([, method, path]) => `${method} ${path}`),
  ),
);

describe('routes', () => {
  it.each(ROUTES.map(({ method, path }) => [method, path] as const))(
    '%s %s is in the README',
    (method, path) => {
      expect(told).toContain(`${method} ${path}`);
    },
  );

  it.each(ROUTES)('$method $path is in the OpenAPI document, with the body that it takes', (route) => {
    const operation = paths[`/api/${route.path}`]?.[route.method.toLowerCase()];

    expect(operation).toMatchObject({ operationId: route.name, summary: route.summary });
    expect(operation?.requestBody !== undefined).toBe(route.body !== undefined);
  });

  const isOpen = ({ otherQuery }: Route): boolean => otherQuery === 'ignored';

  it.each(ROUTES.filter((route) => !isOpen(route)))(
    '$method $path takes the query that the document lists, and refuses all else',
    async (route) => {
      const listed = (paths[`/api/${route.path}`]?.[route.method.toLowerCase()]?.parameters ?? [])
        .filter((parameter) => parameter.in === 'query')
        .map(({ name }) => name);
      const answer = await call(route.name, { query: { misspelt: 'x', code: 'key', clientId: 'default' } });
      const { detail }: { detail: string } = Object(answer.json());

      expect(listed).toEqual(Object.keys(route.query.shape));
      expect(answer.status).toBe(400);
      expect(paths[`/api/${route.path}`]?.[route.method.toLowerCase()]?.responses).toHaveProperty('400');
      expect(detail).toContain(
        `There is no query parameter "misspelt": this address takes ${listed.join(', ') || 'none'}. `,
      );
    },
  );

  it('refuse what they do not know, but for health: monitors get past caches with a query of their own', async () => {
    const answer = await call('health', { query: { _: '1764363600', code: 'key' } });

    expect(ROUTES.filter(isOpen).map(({ name }) => name)).toEqual(['health']);
    expect(answer.status).not.toBe(400);
    expect(paths['/api/health']?.['get']).toMatchObject({ parameters: [] });
    expect(paths['/api/health']?.['get']?.responses).not.toHaveProperty('400');
  });

  it('are all that the README tells', () => {
    const registered = ROUTES.map(({ method, path }) => `${method} ${path}`);

    expect([...told].filter((request) => !registered.includes(request))).toEqual([]);
  });

  it('have names and places of their own', () => {
    expect(new Set(ROUTES.map(({ name }) => name)).size).toBe(ROUTES.length);
    expect(new Set(ROUTES.map(({ method, path }) => `${method} ${path}`)).size).toBe(ROUTES.length);
  });
});
