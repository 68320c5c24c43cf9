import { z } from 'zod';
import { ServiceUnavailable } from '../../../resilience/service-errors.ts';
import { bearer, ServiceHttp, type ServiceHttpDeps } from '../../../resilience/service-http.ts';
import { type BucketDeps, TokenBucket } from '../../../resilience/token-bucket.ts';
import { deliveryTime } from '../delivery-time.ts';

// Notion's interface, as far as it is used: asked in one version of it, three times a second at most.

export const NOTION_HOSTS = ['api.notion.com'];

/** A database has data sources since this one; in those before, all requests fail once somebody adds a second source. */
const VERSION = '2025-09-03';
const TOKEN = 'notion-token';

const RULE = {
  retries: 3,
  firstDelayMs: 500,
  longestDelayMs: 20_000,
  timeoutMs: 15_000,
  mostBytes: 5_000_000,
  atOnce: 1,
};
/** Three a second, evenly: a burst would be over the limit within the second in which it comes. */
const REQUESTS = { perMinute: 180, burst: 1 };
const PAGE_SIZE = 100;
/** More things of one delivery whose making nobody heard of are no accident: the rest is left for later. */
const MOST_UNHEARD = 10;
const REST_MS = 1_000;

export type NotionDeps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf' | 'sentenceIn'> & {
  /** Of all that this process asks of Notion. */
  readonly bucket: TokenBucket;
  readonly pause: (ms: number) => Promise<void>;
};

export function notionBucket(deps: BucketDeps): TokenBucket {
  return new TokenBucket(REQUESTS, deps);
}

export const NotionId = z.string().regex(/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i);

const Page = z.looseObject({ has_more: z.boolean(), next_cursor: z.string().nullish() });
const Me = z.looseObject({ id: NotionId });
const Done = z.looseObject({});

/** One delivery's requests. */
export class NotionApi {
  readonly #baseUrl: string;
  readonly #http: ServiceHttp;
  readonly #bucket: TokenBucket;
  readonly #checkTime: () => void;
  readonly #pause: (ms: number) => Promise<void>;
  #me: string | undefined;
  #unheard = 0;

  constructor({ baseUrl }: { readonly baseUrl: string }, deps: NotionDeps) {
    this.#baseUrl = baseUrl;
    this.#bucket = deps.bucket;
    this.#pause = deps.pause;
    this.#checkTime = deliveryTime('Notion', deps.clock);
    this.#http = new ServiceHttp('Notion', RULE, {
      ...deps,
      secret: TOKEN,
      authorise: (token) => ({ ...bearer(token), 'notion-version': VERSION }),
      // Two writers met: neither was let through.
      meaningOf: (status) => (status === 409 ? 'throttled' : undefined),
      sentenceIn,
    });
  }

  /** Who we are there: what this user made is ours, and everything else is somebody's. */
  async me(): Promise<string> {
    this.#me ??= (await this.get('/v1/users/me', Me)).id;
    return this.#me;
  }

  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return await this.#ask({ method: 'GET', path }, schema);
  }

  /** All of a list, page by page. */
  async children<T>(blockId: string, item: z.ZodType<T>): Promise<readonly T[]> {
    return await this.#pages(item, (cursor) => {
      const query = new URLSearchParams({ page_size: String(PAGE_SIZE), ...cursor });
      return { method: 'GET', path: `/v1/blocks/${blockId}/children?${query.toString()}` };
    });
  }

  async query<T>(dataSourceId: string, filter: object, item: z.ZodType<T>): Promise<readonly T[]> {
    return await this.#pages(item, (cursor) => ({
      method: 'POST',
      path: `/v1/data_sources/${dataSourceId}/query`,
      json: { filter, page_size: PAGE_SIZE, ...cursor },
    }));
  }

  /** Makes something new. Undefined where nobody heard of it: it is looked for before it is made again. */
  async create<T>(path: string, json: object, schema: z.ZodType<T>): Promise<T | undefined> {
    return await this.#make({ method: 'POST', path, json }, schema);
  }

  /** Whether the blocks were heard to be taken: else they are looked for before they are sent again. */
  async append(blockId: string, json: object): Promise<boolean> {
    const path = `/v1/blocks/${blockId}/children`;
    return (await this.#make({ method: 'PATCH', path, json }, Done)) !== undefined;
  }

  async update(path: string, json: object): Promise<void> {
    await this.#ask({ method: 'PATCH', path, json }, Done);
  }

  /** Into the trash, from which a person can take it back. What lies there already is refused. */
  async trash(blockId: string): Promise<void> {
    await this.#ask({ method: 'DELETE', path: `/v1/blocks/${blockId}`, once: true }, Done);
  }

  /** Before it is looked for what was made: it may be seen only after a while. */
  async rest(): Promise<void> {
    await this.#pause(REST_MS);
    this.#checkTime();
  }

  async #pages<T>(item: z.ZodType<T>, requestOf: (cursor: Cursor) => Request): Promise<readonly T[]> {
    const found: T[] = [];
    const schema = Page.extend({ results: z.array(item) });
    for (let cursor: Cursor | undefined = {}; cursor !== undefined; ) {
      const page: z.infer<typeof schema> = await this.#ask(requestOf(cursor), schema);
      found.push(...page.results);
      cursor =
        page.has_more && typeof page.next_cursor === 'string'
          ? { start_cursor: page.next_cursor }
          : undefined;
    }
    return found;
  }

  async #make<T>(request: Request, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      return await this.#ask({ ...request, once: true }, schema);
    } catch (error) {
      // Who asks for a rest has made nothing, and gets it.
      const isUnheard = error instanceof ServiceUnavailable && error.retryAfterMs === undefined;
      if (!isUnheard || this.#unheard >= MOST_UNHEARD) throw error;
      this.#unheard += 1;
      await this.rest();
      return undefined;
    }
  }

  async #ask<T>({ path, ...request }: Request, schema: z.ZodType<T>): Promise<T> {
    this.#checkTime();
    const call = { ...request, url: `${this.#baseUrl}${path}`, bucket: this.#bucket };
    return await this.#http.json(call, schema);
  }
}

type Cursor = { readonly start_cursor?: string };
type Request = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly json?: object;
  readonly once?: boolean;
};

const Refusal = z.looseObject({ code: z.string(), message: z.string() });
const MOST_OF_A_SENTENCE = 500;

/** What Notion says is of its own objects and of what it was sent, which are aggregates. */
function sentenceIn(body: string): string {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return '';
  }
  const { data } = Refusal.safeParse(document);
  return data === undefined ? '' : `${data.code}: ${data.message.slice(0, MOST_OF_A_SENTENCE)}`;
}
