import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';
import { AccessChain } from './access/access-chain.ts';
import { BlobLake } from './adapters/azure/blob-lake.ts';
import { BlobProtection } from './adapters/azure/blob-protection.ts';
import { CommunicationMailer } from './adapters/azure/communication-mailer.ts';
import { KeyVaultSecretStore } from './adapters/azure/key-vault-secret-store.ts';
import { storageProbes } from './adapters/azure/storage-probes.ts';
import { TableBreakers } from './adapters/azure/table-breakers.ts';
import { TableBudgets } from './adapters/azure/table-budgets.ts';
import { TableCircuits } from './adapters/azure/table-circuits.ts';
import { TableDeliveries } from './adapters/azure/table-deliveries.ts';
import { TableIncidents } from './adapters/azure/table-incidents.ts';
import { TableKpiHistory } from './adapters/azure/table-kpi-history.ts';
import { TableQualityLog } from './adapters/azure/table-quality-log.ts';
import { TableRunLedger } from './adapters/azure/table-run-ledger.ts';
import { TableSnapshotRegistry } from './adapters/azure/table-snapshot-registry.ts';
import { TableSourceStates } from './adapters/azure/table-source-states.ts';
import { DuckDbParquetRows } from './adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from './adapters/duckdb/duckdb-sql-engine.ts';
import { EnvironmentSecretStore } from './adapters/environment/environment-secret-store.ts';
import { temporaryFolders } from './adapters/environment/temporary-folders.ts';
import { exceljsWorkbookWriter } from './adapters/exceljs/exceljs-workbook-writer.ts';
import { PostgresAuditStore } from './adapters/postgres/postgres-audit-store.ts';
import type { WatchDeps } from './alerting/watch.ts';
import { type Config, readConfig } from './config.ts';
import { anyFileReader } from './decode/any-file-reader.ts';
import type { DiagnosisDeps } from './diagnosis/diagnose.ts';
import type { DutyDeps } from './duties/look-at-duties.ts';
import { loadCatalog } from './kpis/catalog.ts';
import type { ComputeDeps } from './pipeline/compute.ts';
import type { DeliverDeps } from './pipeline/deliver.ts';
import { type HealthCheck, keptFor } from './pipeline/health.ts';
import type { IngestDeps } from './pipeline/ingest.ts';
import type { PublishDeps } from './pipeline/publish.ts';
import type { ValidateDeps } from './pipeline/validate.ts';
import { type AuditStore, MigrationsPending } from './ports/audit-store.ts';
import type { Clock } from './ports/clock.ts';
import type { Egress } from './ports/egress.ts';
import type { Log } from './ports/log.ts';
import type { SecretAges, SecretExpiries, SecretStore } from './ports/secret-store.ts';
import type { WorkbookWriter } from './ports/workbook-writer.ts';
import { pseudonymiser } from './privacy/pseudonym.ts';
import { type Sealed, seal } from './privacy/sealed.ts';
import { destinationsInUse } from './publishing/destinations/destinations-in-use.ts';
import type { CircuitDeps } from './resilience/shared-circuit.ts';
import type { PullDeps } from './sources/pull-dataset.ts';
import { sourceClients } from './sources/source-clients.ts';
import { ALL_QUEUES, TABLES, ZONES } from './topology.ts';

// The composition root: config -> clients -> adapters -> deps. The only place that builds them, once per
// process and on first use, so that registering functions depends on nothing.

export type Deps = IngestDeps &
  ValidateDeps &
  ComputeDeps &
  PublishDeps &
  PullDeps &
  DeliverDeps &
  WatchDeps &
  DutyDeps &
  CircuitDeps & { readonly workbook: WorkbookWriter; readonly audit: AuditStore };

export type App = {
  readonly config: Config;
  readonly checks: readonly HealthCheck[];
  /** What the doctor looks at. */
  readonly diagnosis: DiagnosisDeps;
  /** Who did what over HTTP. */
  readonly accessChain: AccessChain;
  /** Everything that the use cases need, with the log of one invocation. */
  readonly depsFor: (log: Log) => Deps;
};

/** More threads than that only wait for the one that reads and writes. */
const MOST_WORKERS = 4;

let app: Promise<App> | undefined;

/** The app of this process. Throws ConfigInvalid while the settings are not usable, and tries again next time. */
export async function theApp(): Promise<App> {
  app ??= buildApp(process.env);
  try {
    return await app;
  } catch (error) {
    app = undefined;
    throw error;
  }
}

/** Builds an app from settings; tests build their own. */
export async function buildApp(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock = { now: () => new Date() },
  pause: Deps['pause'] = (ms) => setTimeout(ms),
): Promise<App> {
  const config = readConfig(env);
  const { blobs, table, queues } = await storageClients(config);
  const lake = new BlobLake(blobs);
  const ledger = new TableRunLedger(table('runs'));
  const registry = new TableSnapshotRegistry(table('datasets'));
  const history = new TableKpiHistory(table('kpivalues'));
  const secrets = await secretStore(config, env, clock);
  const circuits = new TableCircuits(table('breakers'));
  const { allowsLoopback } = config.sources;
  const deps: Omit<Deps, 'log' | 'sourceClient' | 'destinations' | 'sendsDeliveries'> = {
    lake,
    ledger,
    registry,
    history,
    secrets,
    reader: anyFileReader({
      secrets,
      parquetRows: (dir) => new DuckDbParquetRows(dir),
      workers: Math.min(availableParallelism(), MOST_WORKERS),
      parallelFromBytes: config.csvThreadsFromBytes,
    }),
    scratch: temporaryFolders,
    sql: duckDbSqlEngine,
    martsUnderWay: new Map(),
    clock,
    revision: config.revision,
    catalog: () => loadCatalog(),
    quality: new TableQualityLog(table('quality')),
    breakers: new TableBreakers(table('breakers')),
    pause,
    workbook: exceljsWorkbookWriter,
    audit: new PostgresAuditStore({ ...config.destinations.postgres, allowsLoopback }, { secrets }),
    circuits,
    sourceStates: new TableSourceStates(table('sources')),
    deliveries: new TableDeliveries(table('deliveries')),
    incidents: new TableIncidents(table('incidents')),
    protection: new BlobProtection(blobs),
  };
  const clientId = config.secrets.kind === 'key-vault' ? config.secrets.clientId : undefined;
  const mailer = new CommunicationMailer({ ...config.destinations.email, allowsLoopback }, secrets, () =>
    identity(clientId),
  );
  const destinationsFor = destinationsInUse(
    { ...config.destinations, allowsLoopback },
    {
      ...deps,
      egressTo,
      mailer,
      budgets: new TableBudgets(table('breakers')),
      identityToken: async (scope) => await tokenOf(identity(clientId), scope),
    },
  );
  const clientFor = sourceClients(config.sources, { ...deps, egressTo });
  const checks: HealthCheck[] = [
    ...ZONES.map((zone) => ({
      name: `container ${zone}`,
      check: async () => void (await blobs.getContainerClient(zone).getProperties()),
    })),
    ...TABLES.map((name) => ({
      name: `table ${name}`,
      check: async () => void (await table(name).listEntities().byPage({ maxPageSize: 1 }).next()),
    })),
    ...ALL_QUEUES.map((name) => ({
      name: `queue ${name}`,
      check: async () => void (await (await queues()).getQueueClient(name).getProperties()),
    })),
    {
      name: 'secret pseudonym-key',
      check: async () => void pseudonymiser(await secrets.get('pseudonym-key')),
    },
    { name: 'kpi catalogue', check: async () => void (await deps.catalog()) },
    ...destinationChecks(config, deps),
  ];
  let warnings = config.warnings;
  const depsFor = (log: Log): Deps => {
    if (warnings.length > 0) log.warn('config.warned', { problems: warnings });
    // Once for each process is enough.
    warnings = [];
    return {
      ...deps,
      log,
      sourceClient: (source) => clientFor(source, log),
      destinations: destinationsFor(log),
      sendsDeliveries: config.destinations.sends,
    };
  };
  const diagnosis = {
    config,
    probes: storageProbes({ blobs, table, queues }),
    secrets,
    // Of storage and secrets the doctor finds out more.
    checks: [...checks.filter(({ name }) => /^(kpi|destination) /.test(name)), engineCheck],
    clock,
  };
  return { config, checks, diagnosis, accessChain: new AccessChain({ lake, clock }), depsFor };
}

/** Native code, which a package may lack. */
const engineCheck: HealthCheck = {
  name: 'DuckDB',
  check: async () => {
    await using scratch = await temporaryFolders.open();
    const engine = await duckDbSqlEngine.open(scratch.dir);
    await engine[Symbol.asyncDispose]();
  },
};

const DESTINATION_CHECK_MS = 30_000;

/** Destinations that can be asked without anything being sent. */
function destinationChecks(
  { destinations }: Config,
  { audit, clock }: Pick<Deps, 'audit' | 'clock'>,
): readonly HealthCheck[] {
  if (!destinations.inUse.includes('postgres')) return [];
  const check = async (): Promise<void> => {
    const pending = await audit.pendingMigrations();
    if (pending.length > 0) throw new MigrationsPending(`npm run audit:migrate has ${pending.join(', ')}`);
  };
  return [keptFor(DESTINATION_CHECK_MS, { name: 'destination postgres', onlyDegrades: true, check }, clock)];
}

/** Loaded with the first request to the outside: no file that is dropped needs it. */
function egressTo(rule: { hosts: readonly string[]; allowsLoopback: boolean }): Egress {
  let egress: Promise<Egress> | undefined;
  return {
    async send(request) {
      egress ??= import('./adapters/undici/undici-egress.ts').then(({ undiciEgress }) => undiciEgress(rule));
      return await (await egress).send(request);
    },
  };
}

async function storageClients({ storage }: Config) {
  // Loaded here rather than at the top: a health check with bad settings should not pay for them.
  const [{ BlobServiceClient }, { TableClient }] = await Promise.all([
    import('@azure/storage-blob'),
    import('@azure/data-tables'),
  ]);
  if (storage.kind === 'connection-string') {
    const { connectionString } = storage;
    return {
      blobs: BlobServiceClient.fromConnectionString(connectionString),
      table: (name: string) =>
        TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true }),
      queues: async () => (await queueSdk()).QueueServiceClient.fromConnectionString(connectionString),
    };
  }
  const credential = await identity(storage.clientId);
  return {
    blobs: new BlobServiceClient(storage.blobUri, credential),
    table: (name: string) => new TableClient(storage.tableUri, name, credential),
    queues: async () => new (await queueSdk()).QueueServiceClient(storage.queueUri, credential),
  };
}

/** For health alone: messages come and go through bindings. */
function queueSdk() {
  return import('@azure/storage-queue');
}

async function secretStore(
  { secrets }: Config,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<SecretStore & SecretExpiries & SecretAges> {
  if (secrets.kind === 'environment') return new EnvironmentSecretStore(env);
  return new KeyVaultSecretStore(secrets.uri, await identity(secrets.clientId), { clock });
}

async function tokenOf(credential: Promise<TokenCredential>, scope: string): Promise<Sealed<string>> {
  const token = await (await credential).getToken(scope);
  if (token === null) throw new Error('the identity of the app has no token');
  return seal(token.token);
}

/** The app's own identity in Azure; without a client id, that of the developer who is signed in. */
async function identity(clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  return clientId === undefined ? new DefaultAzureCredential() : new ManagedIdentityCredential({ clientId });
}
