import { undiciEgress } from '../../shared/adapters/undici/undici-egress.ts';
import { DatasetId } from '../../shared/domain/ids.ts';
import type { Circuits } from '../../shared/ports/circuits.ts';
import type { Log } from '../../shared/ports/log.ts';
import { SecretMissing, type SecretName, type SecretStore } from '../../shared/ports/secret-store.ts';
import type {
  FileExtension,
  PullWindow,
  SourceClient,
  SourceName,
  SourceRecord,
} from '../../shared/ports/source-client.ts';
import { seal } from '../../shared/privacy/sealed.ts';
import type { CallRule } from '../../shared/resilience/service-http.ts';
import { SharedCircuit } from '../../shared/resilience/shared-circuit.ts';
import { TokenBucket } from '../../shared/resilience/token-bucket.ts';
import { CascadeClient, type CascadeSettings } from '../../shared/sources/cascade/cascade-client.ts';
import { HubSpotClient, hubSpotBudget } from '../../shared/sources/hubspot/hubspot-client.ts';
import { MetaClient, type MetaSettings } from '../../shared/sources/meta/meta-client.ts';

import { CASCADE_SESSION, StubCascade } from './stub-cascade.ts';
import { HUBSPOT_KEY, StubHubSpot } from './stub-hubspot.ts';
import { META_ACCOUNT, META_TOKEN, StubMeta } from './stub-meta.ts';

// The three sources on this machine, and the real clients that ask them.

/** Tried again as often as in earnest, without the waiting. */
const RULE: Partial<CallRule> = { firstDelayMs: 1, longestDelayMs: 5, timeoutMs: 5_000 };

export type ClientDeps = {
  readonly circuits: Circuits;
  readonly clock: { now: () => Date };
  readonly log: Log;
};

const ALONE: ClientDeps = {
  circuits: { get: async () => undefined, save: async () => 'saved', all: async () => [] },
  clock: { now: () => new Date() },
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
};

export class SourceStubs {
  readonly cascade: StubCascade;
  readonly hubspot: StubHubSpot;
  readonly meta: StubMeta;
  /** What the vault has; a test takes one away or puts another one in. */
  readonly secrets = new Map<SecretName, string>([
    ['cascade-session-cookie', CASCADE_SESSION],
    ['hubspot-api-key', HUBSPOT_KEY],
    ['meta-system-user-token', META_TOKEN],
  ]);
  /** Differs from the usual. */
  settings: { rule?: Partial<CallRule>; meta?: Partial<MetaSettings>; cascade?: Partial<CascadeSettings> } =
    {};

  private constructor(cascade: StubCascade, hubspot: StubHubSpot, meta: StubMeta) {
    this.cascade = cascade;
    this.hubspot = hubspot;
    this.meta = meta;
  }

  static async open(): Promise<SourceStubs> {
    return new SourceStubs(await StubCascade.open(), await StubHubSpot.open(), await StubMeta.open());
  }

  /** Well again, with the right secrets and nothing asked. What they hold stays. */
  reset(): void {
    for (const { server } of this.#all()) server.reset();
    this.cascade.session = CASCADE_SESSION;
    this.cascade.withoutSession = 'page';
    this.hubspot.key = HUBSPOT_KEY;
    this.meta.token = META_TOKEN;
    this.meta.mostDays = 1_000;
    this.meta.pollsUntilDone = 2;
    this.meta.mostUnderWay = 0;
    this.meta.page = 500;
    this.meta.ordered.length = 0;
    this.secrets.set('cascade-session-cookie', CASCADE_SESSION);
    this.secrets.set('hubspot-api-key', HUBSPOT_KEY);
    this.secrets.set('meta-system-user-token', META_TOKEN);
    this.settings = {};
  }

  async close(): Promise<void> {
    await Promise.all(this.#all().map(({ server }) => server.close()));
  }

  /** The real client of a source; by itself, its circuit never opens. */
  client(source: SourceName, { circuits, clock, log }: ClientDeps = ALONE): SourceClient {
    const circuit = new SharedCircuit(
      { name: source, opensAfter: 3, retryAfterMs: 120_000 },
      { circuits, clock, log },
    );
    const deps = {
      circuit,
      clock,
      secrets: this.#vault(),
      egress: undiciEgress({ hosts: [], allowsLoopback: true }),
      pause: async () => undefined,
    };
    const rule = { ...RULE, ...this.settings.rule };
    const budget = new TokenBucket({ perMinute: 60, burst: 1 }, deps);
    switch (source) {
      case 'cascade': {
        const settings = { baseUrl: this.cascade.server.url, portfolio: 'abaco', rule };
        return new CascadeClient({ ...settings, ...this.settings.cascade }, { ...deps, budget });
      }
      case 'hubspot':
        return new HubSpotClient(
          { baseUrl: this.hubspot.server.url, rule },
          { ...deps, budget: hubSpotBudget(deps) },
        );
      case 'meta': {
        const settings = {
          baseUrl: this.meta.server.url,
          graphVersion: 'v24.0',
          account: META_ACCOUNT,
          rule,
        };
        return new MetaClient({ ...settings, ...this.settings.meta }, { ...deps, budget });
      }
    }
  }

  #all() {
    return [this.cascade, this.hubspot, this.meta];
  }

  #vault(): SecretStore {
    return {
      get: async (name) => {
        const value = this.secrets.get(name);
        if (value === undefined) throw new SecretMissing(name, 'the vault');
        return seal(value);
      },
    };
  }
}

/** All records of a window. */
export async function recordsOf(
  client: SourceClient,
  dataset: string,
  window: PullWindow = {},
): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const page of client.pull(DatasetId.parse(dataset), window))
    if (page.kind === 'records') records.push(...page.records);
  return records;
}

/** The file of a source that gives files, saved to a path. */
export async function fileOf(
  client: SourceClient,
  dataset: string,
  path: string,
): Promise<{ readonly bytes: number; readonly extension: FileExtension }> {
  for await (const page of client.pull(DatasetId.parse(dataset), {}))
    if (page.kind === 'file') return await page.save(path);
  throw new Error('there is no file');
}
