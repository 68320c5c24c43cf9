import { z } from 'zod';
import {
  asShown,
  blockAnswer,
  invalid,
  type Properties,
  pageAnswer,
  plain,
  refusal,
  type StubNode,
} from './stub-notion-answers.ts';
import { brokenLimit, Room } from './stub-notion-limits.ts';
import { type StubAnswer, type StubRequest, StubServer } from './stub-server.ts';

// Notion's interface as far as the product asks it, in the version 2025-09-03: pages, blocks and data sources, with what
// it refuses (limits of size and rate, fields that do not fit, objects that are not shared, blocks in the trash).

export const NOTION_TOKEN = 'ntn_secret-of-the-stub';
const VERSION = '2025-09-03';
export const BOT = '0b07b07b-07b0-4000-8000-00000000b07b';
export const PERSON = '9e450000-0000-4000-8000-00000000a4a0';
const Json = z.looseObject({
  parent: z.looseObject({ page_id: z.string().optional(), data_source_id: z.string().optional() }).optional(),
  properties: z.record(z.string(), z.looseObject({})).optional(),
  children: z.array(z.looseObject({ type: z.string() })).optional(),
  after: z.string().optional(),
  filter: z.object({ property: z.string(), date: z.object({ equals: z.string() }) }).optional(),
  start_cursor: z.string().optional(),
});

export class StubNotion {
  readonly server: StubServer;
  readonly nodes = new Map<string, StubNode>();
  /** The columns of each data source. */
  readonly columns = new Map<string, Record<string, string>>();
  /** Notion may give fewer than it is asked for. */
  pageSize = 100;
  /** How often it had to ask for a rest. */
  throttled = 0;
  readonly #room: Room;
  #count = 0;

  private constructor(server: StubServer, now: () => number) {
    this.server = server;
    this.#room = new Room(now);
  }

  /** `now` is the clock that requests are counted by. */
  static async open(now: () => number): Promise<StubNotion> {
    const server = await StubServer.open((request) => stub.#answer(request));
    const stub = new StubNotion(server, now);
    return stub;
  }

  reset(): void {
    this.server.reset();
    this.nodes.clear();
    this.columns.clear();
    this.pageSize = 100;
    this.throttled = 0;
  }

  /** A page, or a block of this type, as a person or another integration makes it. */
  put(parent: string, by: string, type = 'child_page', payload: Record<string, unknown> = {}): string {
    return this.#make({ parent, by, type, payload, properties: {} }).id;
  }

  /** A database with one data source for each of these sets of columns. */
  putDatabase(...sources: Record<string, string>[]): string {
    const database = this.put('workspace', PERSON, 'child_database');
    for (const columns of sources) this.columns.set(this.put(database, PERSON, 'data_source'), columns);
    return database;
  }

  /** What is there below an object, in order and not in the trash. */
  below(id: string): readonly StubNode[] {
    const { children } = this.#known(id);
    return children.map((child) => this.#known(child)).filter(({ isTrashed }) => !isTrashed);
  }

  titled(parent: string, title: string): readonly StubNode[] {
    return this.below(parent).filter(({ payload }) => payload['title'] === title);
  }

  #answer(request: StubRequest): StubAnswer {
    if (request.headers['notion-version'] !== VERSION) return refusal(400, 'missing_version', 'no version');
    if (request.headers.authorization !== `Bearer ${NOTION_TOKEN}`)
      return refusal(401, 'unauthorized', 'API token is invalid.');
    if (!this.#room.take()) {
      this.throttled += 1;
      return {
        ...refusal(429, 'rate_limited', 'You have been rate limited.'),
        headers: { 'retry-after': '1' },
      };
    }
    const limit = brokenLimit(request.json);
    if (limit !== undefined) return invalid(limit);
    const [, kind = '', id = '', part] = /^\/v1\/(\w+)(?:\/([\w-]+))?(?:\/(\w+))?$/.exec(request.path) ?? [];
    const route = `${request.method} ${kind}${id === '' ? '' : '/id'}${part === undefined ? '' : `/${part}`}`;
    if (request.path === '/v1/users/me') return { body: { object: 'user', id: BOT, type: 'bot' } };
    const json = Json.parse(request.json ?? {});
    if (route === 'POST pages') return this.#create(json);
    const node = this.nodes.get(plain(id));
    if (node === undefined)
      return refusal(
        404,
        'object_not_found',
        `Could not find ${kind} with ID: ${id}. Make sure the relevant pages and databases are shared with your integration.`,
      );
    switch (route) {
      case 'GET pages/id':
        return { body: pageAnswer(node) };
      case 'PATCH pages/id':
        return this.#fill(node, json.properties ?? {}) ?? { body: pageAnswer(node) };
      case 'GET blocks/id/children':
        return this.#list(this.below(id), request.query.get('start_cursor') ?? undefined, blockAnswer);
      case 'PATCH blocks/id/children':
        return this.#append(node, json);
      case 'PATCH blocks/id':
        return this.#rewrite(node, request.json);
      case 'DELETE blocks/id':
        if (node.isTrashed) return invalid("Can't edit block that is archived.");
        node.isTrashed = true;
        return { body: blockAnswer(node) };
      case 'GET databases/id':
        return {
          body: {
            object: 'database',
            id,
            data_sources: this.below(id).map((source) => ({ id: source.id, name: 'KPIs' })),
          },
        };
      case 'GET data_sources/id':
        return { body: { object: 'data_source', id, properties: this.#schema(id) } };
      case 'PATCH data_sources/id':
        return this.#addColumns(id, json.properties ?? {});
      case 'POST data_sources/id/query':
        return this.#query(id, json);
      default:
        return refusal(400, 'invalid_request_url', 'Invalid request URL.');
    }
  }

  #create({ parent, properties = {} }: z.infer<typeof Json>): StubAnswer {
    const source = parent?.data_source_id;
    const under = source ?? parent?.page_id ?? '';
    const above = this.nodes.get(plain(under));
    if (above === undefined)
      return refusal(404, 'object_not_found', `Could not find page with ID: ${under}.`);
    if (above.isTrashed) return invalid("Can't edit block that is archived.");
    const stray = Object.keys(properties).find((name) => source === undefined && name !== 'title');
    if (stray !== undefined) return invalid(`${stray} is not a property that exists.`);
    const title = z
      .array(z.object({ text: z.object({ content: z.string() }) }))
      .catch([])
      .parse(properties['title']?.['title'])
      .map(({ text }) => text.content)
      .join('');
    const type = source === undefined ? 'child_page' : 'row';
    const node = this.#make({ parent: under, by: BOT, type, payload: { title }, properties: {} });
    const refused = this.#fill(node, properties);
    if (refused === undefined) return { body: pageAnswer(node) };
    this.nodes.delete(plain(node.id));
    above.children.pop();
    return refused;
  }

  /** Writes properties of a row, as its columns allow. */
  #fill(node: StubNode, properties: Properties): StubAnswer | undefined {
    if (node.isTrashed) return invalid("Can't edit block that is archived.");
    const columns = this.columns.get(node.parent);
    if (columns === undefined) return undefined;
    for (const [name, value] of Object.entries(properties)) {
      const kind = columns[name];
      if (kind === undefined) return invalid(`${name} is not a property that exists.`);
      if (!(kind in value)) return invalid(`${name} is expected to be ${kind}.`);
      const option = z.looseObject({ name: z.string() }).safeParse(value['select']).data?.name;
      if (option?.includes(',') === true) return invalid('Invalid select option, commas not allowed.');
    }
    for (const [name, value] of Object.entries(properties)) node.properties[name] = asShown(value);
    return undefined;
  }

  #append(node: StubNode, { children = [], after }: z.infer<typeof Json>): StubAnswer {
    if (node.isTrashed) return invalid("Can't edit block that is archived.");
    const at = after === undefined ? node.children.length - 1 : node.children.indexOf(after);
    if (after !== undefined && at < 0) return invalid('after must be a child of the block.');
    const made = children.map((child) => this.#grow(node.id, child));
    // They were put at the end.
    const ids = node.children.splice(node.children.length - made.length);
    node.children.splice(at + 1, 0, ...ids);
    return {
      body: {
        object: 'list',
        results: made.map(blockAnswer),
        has_more: false,
        next_cursor: null,
      },
    };
  }

  #grow(parent: string, { type, ...rest }: { type: string; [field: string]: unknown }): StubNode {
    const { children = [], ...payload } = z
      .looseObject({ children: z.array(z.looseObject({ type: z.string() })).optional() })
      .parse(rest[type]);
    const node = this.#make({ parent, by: BOT, type, payload: asShown(payload), properties: {} });
    for (const child of children) this.#grow(node.id, child);
    return node;
  }

  #rewrite(node: StubNode, json: unknown): StubAnswer {
    if (node.isTrashed) return invalid("Can't edit block that is archived.");
    const payload = z.looseObject({}).parse(json)[node.type];
    if (payload === undefined)
      return invalid(`body.${node.type} should be defined, instead was \`undefined\`.`);
    node.payload = { ...node.payload, ...asShown(z.record(z.string(), z.unknown()).parse(payload)) };
    return { body: blockAnswer(node) };
  }

  #addColumns(source: string, properties: Properties): StubAnswer {
    const columns = this.columns.get(source) ?? {};
    for (const [name, value] of Object.entries(properties)) columns[name] = String(value['type']);
    return { body: { object: 'data_source', id: source, properties: this.#schema(source) } };
  }

  #schema(source: string): object {
    const columns = Object.entries(this.columns.get(source) ?? {});
    return Object.fromEntries(columns.map(([name, type]) => [name, { id: name, name, type, [type]: {} }]));
  }

  #query(source: string, { filter, start_cursor: cursor }: z.infer<typeof Json>): StubAnswer {
    const rows = this.below(source).filter(({ properties }) => {
      const date = z
        .looseObject({ start: z.string() })
        .safeParse(properties[filter?.property ?? '']?.['date']).data;
      return filter === undefined || date?.start === filter.date.equals;
    });
    return this.#list(rows, cursor, pageAnswer);
  }

  #list(
    nodes: readonly StubNode[],
    cursor: string | undefined,
    show: (node: StubNode) => object,
  ): StubAnswer {
    const from = cursor === undefined ? 0 : nodes.findIndex(({ id }) => id === cursor);
    if (from < 0) return invalid('The start_cursor provided is invalid.');
    const next = nodes[from + this.pageSize]?.id ?? null;
    const results = nodes.slice(from, from + this.pageSize).map(show);
    return { body: { object: 'list', results, has_more: next !== null, next_cursor: next } };
  }

  #make(of: {
    parent: string;
    by: string;
    type: string;
    payload: Record<string, unknown>;
    properties: Properties;
  }): StubNode {
    this.#count += 1;
    const id = `${this.#count.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
    const createdTime = new Date(Date.UTC(2026, 0, 1) + this.#count * 60_000).toISOString();
    const { by: createdBy, ...rest } = of;
    const node = { ...rest, id, createdBy, createdTime, children: [], isTrashed: false };
    this.nodes.set(plain(id), node);
    this.nodes.get(plain(of.parent))?.children.push(id);
    return node;
  }

  #known(id: string): StubNode {
    const node = this.nodes.get(plain(id));
    if (node === undefined) throw new Error(`there is no ${id}`);
    return node;
  }
}
