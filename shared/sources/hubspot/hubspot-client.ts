import { z } from 'zod';
import { DatasetId } from '../../domain/ids.ts';
import { addDays, type LocalDate, localDateOf } from '../../domain/local-date.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  PullWindow,
  SourceClient,
  SourceDataset,
  SourcePage,
  SourceRecord,
} from '../../ports/source-client.ts';
import { bearer, type CallRule, ServiceHttp, type ServiceHttpDeps } from '../../resilience/service-http.ts';
import { type BucketDeps, TokenBucket } from '../../resilience/token-bucket.ts';

// HubSpot's v3 interface: objects are listed page by page, and changes searched by the date of their last modification.
// Searches have a budget of their own.

export const HUBSPOT_HOSTS = ['api.hubapi.com'];

export const HUBSPOT_RULE: CallRule = {
  retries: 4,
  firstDelayMs: 500,
  longestDelayMs: 60_000,
  timeoutMs: 10_000,
  mostBytes: 20_000_000,
  atOnce: 4,
};

/** A private app may make 100 requests in ten seconds, and search five times a second. */
const REQUESTS = { perMinute: 540, burst: 10 };
const SEARCHES = { perMinute: 240, burst: 1 };

/** For all pulls of a process together. */
export type HubSpotBudget = { readonly requests: TokenBucket; readonly searches: TokenBucket };
export function hubSpotBudget(deps: BucketDeps): HubSpotBudget {
  return { requests: new TokenBucket(REQUESTS, deps), searches: new TokenBucket(SEARCHES, deps) };
}

const PAGE = 100;
/** What was changed just now may not be found at once. */
const OVERLAP_MS = 5 * 60_000;

const OBJECTS = {
  contacts: {
    modified: 'lastmodifieddate',
    properties: [
      'email',
      'firstname',
      'lastname',
      'phone',
      'company',
      'createdate',
      'deal_stage',
      'kpi_metrics',
    ],
  },
  companies: { modified: 'hs_lastmodifieddate', properties: ['name', 'domain', 'industry', 'createdate'] },
  deals: {
    modified: 'hs_lastmodifieddate',
    properties: ['dealname', 'dealstage', 'amount', 'closedate', 'kpi_impact'],
  },
} as const;
type ObjectName = keyof typeof OBJECTS;
const OBJECT_NAMES: readonly ObjectName[] = ['contacts', 'companies', 'deals'];

const CrmRecord = z.object({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) });
const Paging = z.object({ next: z.object({ after: z.string() }).optional() }).optional();
const Listing = z.object({ results: z.array(CrmRecord), paging: Paging });
const Found = Listing.extend({ total: z.int().nonnegative() });
const ListsFound = z.object({
  lists: z.array(z.looseObject({ listId: z.string(), name: z.string(), processingType: z.string() })),
  offset: z.int().optional(),
  hasMore: z.boolean(),
  total: z.int().nonnegative().optional(),
});

export type HubSpotSettings = { readonly baseUrl: string; readonly rule?: Partial<CallRule> };
type Deps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf'> & {
  readonly budget: HubSpotBudget;
};

export class HubSpotClient implements SourceClient {
  readonly source = 'hubspot';
  readonly datasets: readonly SourceDataset[] = [
    ...OBJECT_NAMES.map(crmDataset),
    // There are few lists, and each tells its size of today.
    {
      dataset: DatasetId.parse('hubspot/lists'),
      window: () => ({}),
      standsFor: lastDayThatEnded,
      watermark: (_, now) => now.toISOString(),
      backfill: 'none',
    },
  ];
  readonly #settings: HubSpotSettings;
  readonly #http: ServiceHttp;
  readonly #clock: Clock;
  readonly #budget: HubSpotBudget;

  constructor(settings: HubSpotSettings, deps: Deps) {
    this.#settings = settings;
    this.#clock = deps.clock;
    this.#budget = deps.budget;
    this.#http = new ServiceHttp(
      'HubSpot',
      { ...HUBSPOT_RULE, ...settings.rule },
      {
        ...deps,
        secret: 'hubspot-api-key',
        authorise: bearer,
      },
    );
  }

  get cost() {
    return this.#http.cost;
  }

  async *pull(dataset: DatasetId, { since }: PullWindow): AsyncGenerator<SourcePage> {
    const object = objectOf(dataset);
    if (object === undefined) yield* this.#lists();
    else if (since === undefined) yield* this.#all(object);
    else yield* this.#changed(object, Date.parse(since));
  }

  async count(dataset: DatasetId): Promise<number | undefined> {
    const object = objectOf(dataset);
    return object && (await this.#search(object, { filters: [], limit: 1 })).total;
  }

  async *#all(object: ObjectName): AsyncGenerator<SourcePage> {
    const { properties } = OBJECTS[object];
    let after: string | undefined;
    do {
      const query = new URLSearchParams({ limit: String(PAGE), properties: properties.join(',') });
      if (after !== undefined) query.set('after', after);
      const url = this.#url(`/crm/v3/objects/${object}?${query.toString()}`);
      const { results, paging } = await this.#http.json({ url, bucket: this.#budget.requests }, Listing);
      yield { kind: 'records', records: results.map((record) => ours(record, object)) };
      after = paging?.next?.after;
    } while (after !== undefined);
  }

  /**
   * By id, each search beginning after the last one seen: paging through one search would end at 10,000 results, which an
   * import changes in a millisecond.
   */
  async *#changed(object: ObjectName, since: number): AsyncGenerator<SourcePage> {
    const { modified } = OBJECTS[object];
    const changed: Filter = { propertyName: modified, operator: 'GTE', value: String(since) };
    const sorts = [{ propertyName: 'hs_object_id', direction: 'ASCENDING' as const }];
    for (let last = '0'; ; ) {
      const beyond: Filter = { propertyName: 'hs_object_id', operator: 'GT', value: last };
      const { results } = await this.#search(object, { filters: [changed, beyond], sorts, limit: PAGE });
      yield { kind: 'records', records: results.map((record) => ours(record, object)) };
      if (results.length < PAGE) return;
      last = results.at(-1)?.id ?? last;
    }
  }

  async *#lists(): AsyncGenerator<SourcePage> {
    for (let offset = 0; ; ) {
      const json = { query: '', offset, count: PAGE, additionalProperties: ['hs_list_size'] };
      const url = this.#url('/crm/v3/lists/search');
      const found = await this.#http.json(
        { method: 'POST', url, json, bucket: this.#budget.searches },
        ListsFound,
      );
      yield { kind: 'records', records: found.lists };
      offset += found.lists.length;
      if (!found.hasMore || found.lists.length === 0) break;
    }
    yield { kind: 'records', records: [await this.#createdToday()] };
  }

  /** The segment that people look at in the morning, as a list of its own: nothing is written to HubSpot for it. */
  async #createdToday() {
    const today = localDateOf(this.#clock.now());
    const startOfDay: Filter = {
      propertyName: 'createdate',
      operator: 'GTE',
      value: String(Date.parse(`${today}T00:00:00Z`)),
    };
    const { total } = await this.#search('contacts', { filters: [startOfDay], limit: 1 });
    return {
      listId: 'created-today',
      name: `Fecha de creación = Hoy (${today})`,
      processingType: 'DYNAMIC',
      additionalProperties: { hs_list_size: String(total) },
    };
  }

  async #search(object: ObjectName, { filters, sorts, limit }: Search): Promise<z.infer<typeof Found>> {
    const json = {
      ...(filters.length > 0 && { filterGroups: [{ filters }] }),
      ...(sorts && { sorts }),
      properties: OBJECTS[object].properties,
      limit,
    };
    const url = this.#url(`/crm/v3/objects/${object}/search`);
    return await this.#http.json({ method: 'POST', url, json, bucket: this.#budget.searches }, Found);
  }

  #url(path: string): string {
    return `${this.#settings.baseUrl}${path}`;
  }
}

type Filter = {
  readonly propertyName: string;
  readonly operator: 'GTE' | 'GT';
  readonly value: string;
};
type Search = {
  readonly filters: readonly Filter[];
  readonly sorts?: readonly { readonly propertyName: string; readonly direction: 'ASCENDING' }[];
  readonly limit: number;
};

/** HubSpot adds properties of its own, which change when nothing of ours does. */
function ours({ id, properties }: z.infer<typeof CrmRecord>, object: ObjectName): SourceRecord {
  const asked = OBJECTS[object].properties.filter((name) => name in properties);
  return { id, properties: Object.fromEntries(asked.map((name) => [name, properties[name]])) };
}

function crmDataset(object: ObjectName): SourceDataset {
  return {
    dataset: DatasetId.parse(`hubspot/${object}`),
    merge: { identity: ({ id }) => String(id) },
    window: ({ watermark }) =>
      watermark === undefined ? {} : { since: new Date(Date.parse(watermark) - OVERLAP_MS).toISOString() },
    standsFor: lastDayThatEnded,
    watermark: (_window, now) => now.toISOString(),
    backfill: 'since',
  };
}

/** The CRM only tells what it holds now. At night that is what it held when the day ended that Cascade and Meta report. */
function lastDayThatEnded(now: Date): LocalDate {
  return addDays(localDateOf(now), -1);
}

function objectOf(dataset: DatasetId): ObjectName | undefined {
  const name = dataset.split('/')[1];
  return OBJECT_NAMES.find((object) => object === name);
}
