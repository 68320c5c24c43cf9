import { createHash } from 'node:crypto';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';

// Who looks every quarter of an hour whether there are new numbers need not be sent the same ones again (RFC 9110, 8.8.3
// and 13.1.2).

/** The answer with a tag of what it says; without a body where the request has that very tag. */
export function unlessKnown(answer: HttpResponseInit, request: HttpRequest): HttpResponseInit {
  const { body, status = 200 } = answer;
  if (status !== 200 || typeof body !== 'string') return answer;
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 24)}"`;
  const headers = { ...Object.fromEntries(new Headers(answer.headers)), etag: tag };
  const known = (request.headers.get('if-none-match') ?? '').split(',').map((one) => one.trim());
  const isKnown = known.some((one) => one === '*' || one.replace(/^W\//, '') === tag);
  return isKnown ? { ...answer, status: 304, headers, body: '' } : { ...answer, headers };
}
