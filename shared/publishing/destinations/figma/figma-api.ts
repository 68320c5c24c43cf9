import { z } from 'zod';
import { RequestRefused } from '../../../resilience/service-errors.ts';
import { type ServiceCall, ServiceHttp, type ServiceHttpDeps } from '../../../resilience/service-http.ts';
import { type BucketDeps, TokenBucket } from '../../../resilience/token-bucket.ts';
import { deliveryTime } from '../delivery-time.ts';

// Figma's interface to one file.

export const FIGMA_HOSTS = ['api.figma.com'];

const TOKEN = 'figma-token';
const RULE = {
  retries: 3,
  firstDelayMs: 1_000,
  longestDelayMs: 20_000,
  timeoutMs: 15_000,
  // A file's variables come at once, and so do its comments.
  mostBytes: 20_000_000,
  atOnce: 1,
};
/** The least that any plan and seat gives for what is asked here; a delivery asks five times at most. */
const REQUESTS = { perMinute: 5, burst: 5 };

export type FigmaDeps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf' | 'sentenceIn'> & {
  readonly bucket: TokenBucket;
};
/** What all that ask Figma may ask, together. There is one for as long as the process lives. */
export const figmaBucket = (deps: BucketDeps): TokenBucket => new TokenBucket(REQUESTS, deps);

export type FigmaFile = { readonly baseUrl: string; readonly fileKey: string };

export class FigmaApi {
  readonly #file: string;
  readonly #http: ServiceHttp;
  readonly #bucket: TokenBucket;
  readonly #checkTime: () => void;

  constructor({ baseUrl, fileKey }: FigmaFile, deps: FigmaDeps) {
    this.#file = `${baseUrl}/v1/files/${fileKey}`;
    this.#bucket = deps.bucket;
    this.#checkTime = deliveryTime('Figma', deps.clock);
    this.#http = new ServiceHttp('Figma', RULE, {
      ...deps,
      secret: TOKEN,
      authorise: (token) => ({ 'x-figma-token': token }),
      meaningOf: (status, body) => {
        if (status !== 403) return undefined;
        return TOKEN_AT_FAULT.test(sentenceIn(body)) ? 'credentials' : 'refused';
      },
      sentenceIn,
    });
  }

  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return await this.#ask({ method: 'GET' }, path, schema);
  }

  /** Something new. One whose answer is lost may be there: it is looked for before it is made again. */
  async create(path: string, json: object): Promise<void> {
    await this.#ask({ method: 'POST', json, once: true }, path, z.unknown());
  }

  async remove(path: string): Promise<void> {
    await this.#ask({ method: 'DELETE', once: true }, path, z.unknown());
  }

  async #ask<T>(
    call: Pick<ServiceCall, 'method' | 'json' | 'once'>,
    path: string,
    schema: z.ZodType<T>,
  ): Promise<T> {
    this.#checkTime();
    return await this.#http.json({ ...call, url: `${this.#file}${path}`, bucket: this.#bucket }, schema);
  }
}

/** The token is right, but the plan, the seat or the scopes of the token do not reach. */
export function isBeyondPlan(error: unknown): error is RequestRefused {
  return error instanceof RequestRefused && error.status === 403;
}

/** `Invalid token`, `Token expired`: with the same status as a plan or a scope that does not reach. */
const TOKEN_AT_FAULT = /^(?!.*scope).*\btoken\b/i;
const MOST_OF_A_SENTENCE = 300;
const Refusal = z.looseObject({ message: z.string().optional(), err: z.string().optional() });

/** What Figma says is of its own plans and scopes, and of what it was sent, which are aggregates. */
function sentenceIn(body: string): string {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return '';
  }
  const { message, err } = Refusal.catch({}).parse(document);
  return (message ?? err ?? '').slice(0, MOST_OF_A_SENTENCE);
}
