import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { z } from 'zod';
import { badRequest } from './problem-details.ts';

/** What the runtime itself takes from an address: the function key, and the name of the key. */
const OF_THE_HOST = new Set(['code', 'clientId']);

export type Parsed<Query extends z.ZodObject> =
  | { readonly kind: 'parsed'; readonly query: z.infer<Query> }
  | { readonly kind: 'refused'; readonly answer: HttpResponseInit };

/**
 * What was asked for. A name that is not known is refused, since whoever misspelt it would be answered with something
 * else than they asked for, and not know it.
 */
export function parseQuery<Query extends z.ZodObject>(
  request: Pick<HttpRequest, 'query'>,
  { query: schema, otherQuery }: { readonly query: Query; readonly otherQuery?: 'ignored' },
): Parsed<Query> {
  const known = Object.keys(schema.shape);
  const isMeant = (name: string): boolean =>
    otherQuery === 'ignored' ? known.includes(name) : !OF_THE_HOST.has(name);
  const given = [...request.query].filter(([name]) => isMeant(name));
  const unknown = [...new Set(given.map(([name]) => name))].filter((name) => !known.includes(name));
  const parsed = schema.safeParse(Object.fromEntries(given), {
    error: ({ input }) => (input === undefined ? 'it is missing' : undefined),
  });
  if (parsed.success && unknown.length === 0) return { kind: 'parsed', query: parsed.data };
  const issues = parsed.error?.issues ?? [];
  const problems = [
    ...unknown.map((name) => `There is no query parameter ${JSON.stringify(name)}: ${takes(known)}.`),
    ...issues.map(({ path, message }) => `Query parameter ${path.join('.')}: ${message}.`),
  ];
  return { kind: 'refused', answer: badRequest(`${problems.join(' ')} Nothing was done.`, problems) };
}

function takes(known: readonly string[]): string {
  return known.length === 0 ? 'this address takes none' : `this address takes ${known.join(', ')}`;
}

/** Undefined where it is no JSON, which no schema accepts. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
