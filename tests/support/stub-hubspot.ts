import { z } from 'zod';
import { type StubAnswer, type StubRequest, StubServer } from './stub-server.ts';

// HubSpot's v3 interface as far as the product asks it: objects page by page, the search with its limit, and lists.

const MODIFIED = {
  contacts: 'lastmodifieddate',
  companies: 'hs_lastmodifieddate',
  deals: 'hs_lastmodifieddate',
} as const;
type ObjectName = keyof typeof MODIFIED;

export type StubRecord = {
  readonly id: number;
  /** Milliseconds. */
  readonly created: number;
  readonly modified: number;
  readonly properties: Readonly<Record<string, string | null>>;
};

export type StubList = {
  readonly listId: string;
  readonly name: string;
  readonly processingType: string;
  readonly size: number;
};

export const HUBSPOT_KEY = 'pat-na1-stub';
const MOST_RESULTS = 10_000;

const Query = z.object({
  filterGroups: z
    .array(
      z.object({
        filters: z.array(
          z.object({
            propertyName: z.string(),
            operator: z.enum(['GTE', 'GT', 'LT', 'LTE', 'EQ']),
            value: z.string(),
          }),
        ),
      }),
    )
    .max(5)
    .default([]),
  sorts: z
    .array(z.object({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']) }))
    .max(1)
    .default([]),
  properties: z.array(z.string()).default([]),
  limit: z.int().min(1).max(200).default(10),
  after: z.coerce.number().int().default(0),
});
const ListQuery = z.object({
  offset: z.int().default(0),
  count: z.int().max(500).default(20),
  additionalProperties: z.array(z.string()).default([]),
});

export class StubHubSpot {
  readonly server: StubServer;
  key = HUBSPOT_KEY;
  readonly objects: Record<ObjectName, StubRecord[]> = { contacts: [], companies: [], deals: [] };
  readonly lists: StubList[] = [];

  private constructor(server: StubServer) {
    this.server = server;
  }

  static async open(): Promise<StubHubSpot> {
    const server = await StubServer.open((request) => stub.#answer(request));
    const stub = new StubHubSpot(server);
    return stub;
  }

  /** New, or in place of the record with this id. */
  put(object: ObjectName, record: StubRecord): void {
    this.remove(object, record.id);
    this.objects[object].push(record);
  }

  remove(object: ObjectName, id: number): void {
    const at = this.objects[object].findIndex((record) => record.id === id);
    if (at >= 0) this.objects[object].splice(at, 1);
  }

  #answer(request: StubRequest): StubAnswer {
    if (request.headers.authorization !== `Bearer ${this.key}`) return refusal(401, 'INVALID_AUTHENTICATION');
    if (request.path === '/crm/v3/lists/search' && request.method === 'POST')
      return this.#searchLists(request);
    const [, name = '', rest] = /^\/crm\/v3\/objects\/(\w+)(\/search)?$/.exec(request.path) ?? [];
    if (!isObject(name)) return refusal(404, 'OBJECT_NOT_FOUND');
    return rest === undefined ? this.#list(name, request.query) : this.#search(name, request.json);
  }

  #list(object: ObjectName, query: URLSearchParams): StubAnswer {
    const limit = Number(query.get('limit') ?? 10);
    if (limit > 100) return refusal(400, 'VALIDATION_ERROR');
    const from = Number(query.get('after') ?? 0);
    const asked = (query.get('properties') ?? '').split(',');
    const beyond = [...this.objects[object]].sort((a, b) => a.id - b.id).filter(({ id }) => id > from);
    const page = beyond.slice(0, limit);
    const last = page.at(-1);
    const next = beyond.length > limit && last && { after: String(last.id), link: `${object}?after` };
    return {
      body: {
        results: page.map((record) => shown(record, object, asked)),
        ...(next && { paging: { next } }),
      },
    };
  }

  #search(object: ObjectName, json: unknown): StubAnswer {
    const parsed = Query.safeParse(json);
    if (!parsed.success) return refusal(400, 'VALIDATION_ERROR');
    const { filterGroups, sorts, properties, limit, after } = parsed.data;
    if (after + limit > MOST_RESULTS) return refusal(400, 'VALIDATION_ERROR');
    const found = this.objects[object].filter(
      (record) =>
        filterGroups.length === 0 ||
        filterGroups.some(({ filters }) =>
          filters.every(({ propertyName, operator, value }) =>
            holds(numberOf(record, object, propertyName), operator, Number(value)),
          ),
        ),
    );
    const [sort] = sorts;
    if (sort !== undefined) {
      const sign = sort.direction === 'ASCENDING' ? 1 : -1;
      const by = (record: StubRecord) => numberOf(record, object, sort.propertyName);
      found.sort((a, b) => sign * (by(a) - by(b)));
    }
    const page = found.slice(after, after + limit);
    const next = after + limit < found.length && { after: String(after + limit) };
    return {
      body: {
        total: found.length,
        results: page.map((record) => shown(record, object, properties)),
        ...(next && { paging: { next } }),
      },
    };
  }

  #searchLists({ json }: StubRequest): StubAnswer {
    const { offset, count, additionalProperties } = ListQuery.parse(json);
    const lists = this.lists.slice(offset, offset + count).map(({ size, ...list }) => ({
      ...list,
      objectTypeId: '0-1',
      additionalProperties: additionalProperties.includes('hs_list_size')
        ? { hs_list_size: String(size) }
        : {},
    }));
    const reached = offset + lists.length;
    return {
      body: { lists, offset: reached, hasMore: reached < this.lists.length, total: this.lists.length },
    };
  }
}

function isObject(name: string): name is ObjectName {
  return name in MODIFIED;
}

/** What was asked for, and what HubSpot adds unasked. A property that nobody filled in is null. */
function shown(record: StubRecord, object: ObjectName, asked: readonly string[]): object {
  const { id, created, modified, properties } = record;
  return {
    id: String(id),
    properties: {
      ...Object.fromEntries(asked.filter(Boolean).map((name) => [name, properties[name] ?? null])),
      createdate: new Date(created).toISOString(),
      hs_object_id: String(id),
      [MODIFIED[object]]: new Date(modified).toISOString(),
    },
    createdAt: new Date(created).toISOString(),
    updatedAt: new Date(modified).toISOString(),
    archived: false,
  };
}

function numberOf({ id, created, modified }: StubRecord, object: ObjectName, property: string): number {
  if (property === 'hs_object_id') return id;
  if (property === 'createdate') return created;
  return property === MODIFIED[object] ? modified : Number.NaN;
}

function holds(left: number, operator: 'GTE' | 'GT' | 'LT' | 'LTE' | 'EQ', right: number): boolean {
  switch (operator) {
    case 'GTE':
      return left >= right;
    case 'GT':
      return left > right;
    case 'LT':
      return left < right;
    case 'LTE':
      return left <= right;
    case 'EQ':
      return left === right;
  }
}

function refusal(status: number, category: string): StubAnswer {
  return { status, body: { status: 'error', message: 'refused by the stub', category } };
}
