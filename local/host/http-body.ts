import type { IncomingMessage } from 'node:http';

/** More bytes than the host takes. */
export class BodyTooLarge extends Error {
  constructor(limit: number) {
    super(`the body is longer than ${limit} bytes`);
    this.name = 'BodyTooLarge';
  }
}

const DEFAULT_LIMIT = 104_857_600;

export function bodyLimitFrom(setting: string | undefined): number {
  const limit = Number(setting ?? DEFAULT_LIMIT);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : DEFAULT_LIMIT;
}

/**
 * The body that a function gets. The real host reads one only when its length is announced: a chunked
 * request without Content-Length reaches the function with an empty body.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > limit) throw new BodyTooLarge(limit);
  if (!(length > 0)) {
    request.resume();
    return undefined;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
