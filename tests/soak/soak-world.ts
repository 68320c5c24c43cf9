import { provisionStorage } from '../../local/provision.ts';
import { buildApp, type Deps } from '../../shared/app.ts';
import type { DatasetId } from '../../shared/domain/ids.ts';
import { type LocalDate, localDateOf } from '../../shared/domain/local-date.ts';
import { DestinationName } from '../../shared/ports/deliveries.ts';
import type { Lake } from '../../shared/ports/lake.ts';
import type { EventName, Log, LogFields } from '../../shared/ports/log.ts';
import { SourceName } from '../../shared/ports/source-client.ts';
import { TEST_PSEUDONYM_KEY } from '../support/a-pipeline.ts';
import { TroubledDatabase } from '../support/a-troubled-database.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { EVERYWHERE, ServiceTrouble, type Weather } from '../support/service-trouble.ts';
import { SourceStubs } from '../support/source-stubs.ts';
import { CASCADE_SESSION } from '../support/stub-cascade.ts';
import { StubDestinations } from '../support/stub-destinations.ts';
import { HUBSPOT_KEY } from '../support/stub-hubspot.ts';
import { META_ACCOUNT, META_TOKEN } from '../support/stub-meta.ts';

// The product as it is built in earnest, twice, as two instances of it: over a storage account of its own, with its real
// clients, and with the services they ask on this machine.

export const SOURCES = SourceName.options;
const DESTINATIONS = DestinationName.options.join(',');

export type Line = { readonly level: keyof Log; readonly event: EventName; readonly fields: LogFields };

export type WorldRules = {
  readonly catalog?: Deps['catalog'];
  /** What a client rests so that it does not ask too often goes by at once, for the product's clock too. */
  readonly skipsPauses?: boolean;
};

export class SoakWorld {
  readonly sources: SourceStubs;
  readonly destinations: StubDestinations;
  readonly database: TroubledDatabase;
  trouble = new ServiceTrouble();
  instances: readonly Deps[] = [];
  /** Files that have come to lie in landing, for whoever sends the events of it. */
  landed: string[] = [];
  logged: Line[] = [];
  /** Whether a dataset of the sources is in use. */
  pulls: (dataset: DatasetId) => boolean = () => true;
  /** How far the product's clock is ahead of this machine's. */
  #aheadMs = 0;

  private constructor(sources: SourceStubs, destinations: StubDestinations, database: TroubledDatabase) {
    this.sources = sources;
    this.destinations = destinations;
    this.database = database;
  }

  static async open(): Promise<SoakWorld> {
    const destinations = await StubDestinations.open(() => world.now().getTime());
    const world = new SoakWorld(await SourceStubs.open(), destinations, await TroubledDatabase.open());
    return world;
  }

  /** Everything anew, from `start` on: nothing was ever pulled or told. */
  async begin(
    start: Date,
    weather: Weather,
    { catalog, skipsPauses = false }: WorldRules = {},
  ): Promise<void> {
    this.landed = [];
    this.logged = [];
    this.#aheadMs = start.getTime() - Date.now();
    this.sources.reset();
    this.destinations.reset();
    this.#empty();
    const storage = await takeStorageAccount();
    await provisionStorage(storage);
    const settings = {
      DataStorage: storage,
      PII_KEY: TEST_PSEUDONYM_KEY,
      META_BASE_URL: this.sources.meta.server.url,
      META_AD_ACCOUNT_ID: META_ACCOUNT,
      META_SYSTEM_USER_TOKEN: META_TOKEN,
      HUBSPOT_BASE_URL: this.sources.hubspot.server.url,
      HUBSPOT_API_KEY: HUBSPOT_KEY,
      CASCADE_BASE_URL: this.sources.cascade.server.url,
      CASCADE_SESSION_COOKIE: CASCADE_SESSION,
      SUPABASE_DB_URL: this.database.url,
      DESTINATIONS,
      ...this.destinations.settings(),
    };
    const clock = { now: () => this.now() };
    const skip = async (ms: number): Promise<void> => this.skipTo(new Date(this.now().getTime() + ms));
    const pause = skipsPauses ? skip : undefined;
    const apps = [await buildApp(settings, clock, pause), await buildApp(settings, clock, pause)];
    this.instances = apps.map((app) => {
      const deps = app.depsFor(this.#log());
      return { ...deps, lake: this.#telling(deps.lake), ...(catalog && { catalog }) };
    });
    this.database.calm();
    const [{ audit } = this.deps] = this.instances;
    await this.database.rows('DROP SCHEMA IF EXISTS analytics CASCADE');
    await audit.migrate();
    this.#cloudOver(weather);
  }

  /** Of the first instance. */
  get deps(): Deps {
    const [deps] = this.instances;
    if (deps === undefined) throw new Error('the world has not begun');
    return deps;
  }

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  today(): LocalDate {
    return localDateOf(this.now());
  }

  /** What would only be waited for is skipped: the product's clock goes on, and it counts as time that has passed. */
  skipTo(moment: Date): void {
    this.#aheadMs += Math.max(0, moment.getTime() - this.now().getTime());
  }

  async close(): Promise<void> {
    await Promise.all([this.sources.close(), this.destinations.close(), this.database.close()]);
  }

  #empty(): void {
    const { hubspot, cascade } = this.sources;
    for (const records of Object.values(hubspot.objects)) records.length = 0;
    cascade.files.clear();
  }

  #cloudOver(weather: Weather): void {
    this.trouble = new ServiceTrouble();
    const { cascade, hubspot, meta } = this.sources;
    this.trouble.over(cascade.server, 'cascade', ['refused', 'session-page', ...EVERYWHERE], weather);
    this.trouble.over(hubspot.server, 'hubspot', ['refused', 'repeated', ...EVERYWHERE], weather);
    this.trouble.over(meta.server, 'meta', ['refused', 'repeated', ...EVERYWHERE], weather);
    this.destinations.trouble(this.trouble, weather);
    this.database.trouble(this.trouble, weather);
  }

  #telling(lake: Lake): Lake {
    const note = <Outcome extends { readonly kind: string }>(
      zone: string,
      path: string,
      outcome: Outcome,
    ) => {
      if (zone === 'landing' && outcome.kind === 'written') this.landed.push(path);
      return outcome;
    };
    return new Proxy(lake, {
      get: (target, name) => {
        if (name === 'writeStream')
          return async (...args: Parameters<Lake['writeStream']>) =>
            note(args[0], args[1], await target.writeStream(...args));
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  #log(): Log {
    const at =
      (level: keyof Log) =>
      (event: EventName, fields: LogFields = {}): void => {
        this.logged.push({ level, event, fields });
      };
    return { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
  }
}
