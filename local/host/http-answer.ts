import type { ServerResponse } from 'node:http';
import type { HttpCookie, TypedData } from './core-contract.ts';

const BODYLESS = new Set([204, 205, 304]);

/** Sends what a function returned; a function that returned nothing answers 204. */
export function sendHttpData(response: ServerResponse, value: TypedData | undefined): void {
  const http = value?.http;
  if (http === undefined) {
    sendBare(response, 204);
    return;
  }
  const status = Number(http.statusCode ?? 200);
  const body = Buffer.from(http.body?.bytes ?? http.body?.string ?? http.body?.json ?? []);
  for (const [name, header] of Object.entries(http.headers ?? {})) {
    // The length is ours to tell.
    if (name.toLowerCase() !== 'content-length') response.setHeader(name, header);
  }
  const cookies = (http.cookies ?? []).map(cookieText);
  if (cookies.length > 0) response.appendHeader('set-cookie', cookies);
  response.statusCode = status;
  if (BODYLESS.has(status)) {
    response.end();
    return;
  }
  response.setHeader('content-length', body.length);
  // Node itself keeps the body back from HEAD.
  response.end(body);
}

/** A status without a body, as the real host answers for itself. */
export function sendBare(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, BODYLESS.has(status) ? headers : { ...headers, 'content-length': '0' });
  response.end();
}

export function sendJson(response: ServerResponse, status: number, json: unknown): void {
  const text = JSON.stringify(json);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

export function cookieText(cookie: HttpCookie): string {
  const parts = [`${cookie.name ?? ''}=${encodeURIComponent(cookie.value ?? '')}`];
  const expires = dateOf(cookie.expires?.value);
  if (expires !== undefined) parts.push(`expires=${expires.toUTCString()}`);
  if (typeof cookie.maxAge?.value === 'number') parts.push(`max-age=${cookie.maxAge.value}`);
  if (cookie.domain?.value) parts.push(`domain=${cookie.domain.value}`);
  parts.push(`path=${cookie.path?.value ?? '/'}`);
  if (cookie.secure?.value === true) parts.push('secure');
  if (cookie.sameSite !== undefined && cookie.sameSite !== 'none') {
    parts.push(`samesite=${cookie.sameSite === 'explicitNone' ? 'none' : cookie.sameSite}`);
  }
  if (cookie.httpOnly?.value === true) parts.push('httponly');
  return parts.join('; ');
}

function dateOf(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  if (typeof value === 'number' || typeof value === 'string') return new Date(value);
  if (typeof value === 'object' && value !== null && 'seconds' in value)
    return new Date(Number(value.seconds) * 1000);
  return undefined;
}
