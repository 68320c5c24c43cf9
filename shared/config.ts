import { z } from 'zod';
import { LogLevel } from './ports/log.ts';
import { parsePseudonymKey, SHORTEST_KEY } from './privacy/pseudonym-key.ts';
import {
  DESTINATION_ENVIRONMENT,
  type DestinationSettings,
  destinationSettings,
  judgeDestinations,
} from './publishing/destinations/destination-settings.ts';
import { SCHEDULE_ENVIRONMENT, type Schedules, schedulesOf } from './schedules.ts';
import { text, uri } from './setting-kinds.ts';
import { SOURCE_ENVIRONMENT, type SourceSettings, sourceSettings } from './sources/source-settings.ts';

// Environment -> Config. Parsed on first use, never while registering, so that /health can name what is wrong;
// every problem is listed at once. The settings of sources, destinations and timers stand beside their code.

/** Storage is reached with a connection string (the emulator) or with an identity (everywhere else). */
export type StorageAccess =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      readonly blobUri: string;
      readonly queueUri: string;
      readonly tableUri: string;
      readonly clientId: string | undefined;
    };

export type Config = {
  readonly storage: StorageAccess;
  readonly secrets:
    | { readonly kind: 'key-vault'; readonly uri: string; readonly clientId: string | undefined }
    | { readonly kind: 'environment' };
  /** When each timer fires; NCRONTAB. */
  readonly schedules: Schedules;
  /** How the sources are reached. */
  readonly sources: SourceSettings;
  /** Where results go. */
  readonly destinations: DestinationSettings;
  /** Larger CSV files are decoded by several threads; undefined for the usual size. */
  readonly csvThreadsFromBytes: number | undefined;
  /** What a request that changes something has to bring along. */
  readonly actsNeed: readonly ActNeed[];
  /** Git revision of the deployed code. */
  readonly revision: string;
  /** One sentence for each setting that works in part or not at all. */
  readonly warnings: readonly string[];
};

export type ActNeed = z.infer<typeof ActNeed>;
const ActNeed = z.enum(['reason', 'ticket']);

export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
  /** One sentence for each bad setting. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`settings are not usable: ${problems.join(' ')}`);
    this.problems = problems;
  }
}

const keyText = (meaning: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .refine(
      (key) => parsePseudonymKey(key) !== undefined,
      `it must have at least ${SHORTEST_KEY} characters, behind "<version>:" where it has one (1 to 9999)`,
    )
    .optional()
    .describe(meaning);

/** As people write it: `DEBUG` too. */
const LogLevelSetting = z
  .string()
  .refine((level) => LogLevel.safeParse(level.toLowerCase()).success, 'it must be info or debug');

/** What runs tell where nobody asked for more; `info` while the setting is not usable. */
export function logLevelOf(env: Env): LogLevel {
  return LogLevel.safeParse(env['LOG_LEVEL']?.toLowerCase()).data ?? 'info';
}

/** Every setting that the product reads, with its meaning: `local.settings.example.json` is checked against it. */
export const Environment = z.object({
  PIPELINE_ENV: z
    .enum(['dev', 'development', 'staging', 'production'])
    .default('dev')
    .describe('Environment: dev, staging or production'),
  DataStorage: text('Connection string of the data account; the emulator only'),
  DataStorage__blobServiceUri: uri('Blob endpoint of the data account'),
  DataStorage__queueServiceUri: uri('Queue endpoint of the data account'),
  DataStorage__tableServiceUri: uri('Table endpoint of the data account'),
  AZURE_STORAGE_CONNECTION_STRING: text('Former name of DataStorage'),
  AZURE_CLIENT_ID: text('Client id of the identity that the app runs under'),
  KEY_VAULT_URI: uri('Vault that holds all secrets'),
  PII_KEY: keyText('Key for pseudonyms, as <version>:<key> or bare; outside dev it comes from the vault'),
  PSEUDONYM_KEY: keyText('Former name of PII_KEY'),
  APPLICATIONINSIGHTS_CONNECTION_STRING: text('Where telemetry goes'),
  REVISION: text('Git revision of the deployed code'),
  LOG_LEVEL: LogLevelSetting.optional().describe(
    'How much every run tells: info, or debug with how it came to its facts',
  ),
  CSV_THREADS_FROM_MB: z
    .string()
    .regex(/^\d{1,6}$/, 'it must be a whole number of megabytes')
    .optional()
    .describe('Size from which a CSV file is decoded by several threads, in MB'),
  ACTS_NEED: z
    .string()
    .regex(
      /^(reason|ticket)( *, *(reason|ticket))?$/,
      'it must be reason, ticket, or both with a comma between',
    )
    .optional()
    .describe('What a request that changes something has to bring along: reason, ticket, or both'),
  ...SCHEDULE_ENVIRONMENT,
  ...DESTINATION_ENVIRONMENT,
  ...SOURCE_ENVIRONMENT,
});

function megabytes(setting: string | undefined): number | undefined {
  return setting === undefined ? undefined : Number(setting) * 1_000_000;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Throws ConfigInvalid. */
export function readConfig(env: Env): Config {
  const problems: string[] = [];
  const warnings: string[] = [];
  const settings = readSettings(env, problems);
  const environment = settings.PIPELINE_ENV === 'development' ? 'dev' : (settings.PIPELINE_ENV ?? 'dev');
  if (environment === 'production') problems.push(...unfitForProduction(env, settings));
  const storage = storageAccess(settings, env, { problems, warnings });
  const secrets = secretSource(settings, { environment, problems, warnings });
  const judged = judgeDestinations(settings, env, { hasVault: settings.KEY_VAULT_URI !== undefined });
  problems.push(...judged.problems);
  warnings.push(...judged.warnings);
  if (problems.length > 0 || storage === undefined) throw new ConfigInvalid(problems);
  return {
    storage,
    secrets,
    schedules: schedulesOf(env),
    sources: sourceSettings(settings, { allowsLoopback: environment === 'dev' }),
    destinations: destinationSettings(settings, environment),
    csvThreadsFromBytes: megabytes(settings.CSV_THREADS_FROM_MB),
    actsNeed: ActNeed.options.filter((need) => settings.ACTS_NEED?.includes(need)),
    revision: settings.REVISION ?? 'unknown',
    warnings,
  };
}

type Settings = z.output<typeof PartialEnvironment>;
const PartialEnvironment = Environment.partial();

/** Each setting on its own, so that one bad value does not hide the others. Values are never repeated. */
function readSettings(env: Env, problems: string[]): Settings {
  const usable: Record<string, string> = {};
  for (const [name, schema] of Object.entries(Environment.shape)) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    const parsed = schema.safeParse(value);
    if (parsed.success) usable[name] = value;
    else problems.push(`${name}: ${parsed.error.issues.map(({ message }) => message).join(', ')}.`);
  }
  return PartialEnvironment.parse(usable);
}

const ENDPOINTS = [
  'DataStorage__blobServiceUri',
  'DataStorage__queueServiceUri',
  'DataStorage__tableServiceUri',
] as const;

/** What is good enough for a developer and must never serve a lender: keys in settings, the emulator, plain HTTP. */
function unfitForProduction(env: Env, settings: Settings): string[] {
  const problems: string[] = [];
  if (settings.DataStorage !== undefined) {
    problems.push(
      `DataStorage is a connection string, which the triggers would use: production uses ${ENDPOINTS[0]} and an identity. Remove it.`,
    );
  }
  for (const [name, value = ''] of Object.entries(env)) {
    if (name !== 'DataStorage' && /UseDevelopmentStorage=true/i.test(value)) {
      problems.push(`${name} is the storage emulator, which production does not have.`);
    }
  }
  for (const name of [...ENDPOINTS, 'KEY_VAULT_URI'] as const) {
    if (settings[name]?.startsWith('http:') === true) {
      problems.push(`${name} is not encrypted: production takes https only.`);
    }
  }
  return problems;
}

type Found = { readonly problems: string[]; readonly warnings: string[] };

/** The way to reach storage; undefined after saying why there is none. */
function storageAccess(
  settings: Settings,
  env: Env,
  { problems, warnings }: Found,
): StorageAccess | undefined {
  const {
    DataStorage__blobServiceUri: blobUri,
    DataStorage__queueServiceUri: queueUri,
    DataStorage__tableServiceUri: tableUri,
    AZURE_STORAGE_CONNECTION_STRING: formerName,
  } = settings;
  const missing = ENDPOINTS.filter((name) => !env[name]);
  if (missing.length < ENDPOINTS.length) {
    for (const name of missing) problems.push(`${name} is not set: an identity needs all three endpoints.`);
    if (settings.DataStorage !== undefined) {
      warnings.push(
        'DataStorage is a connection string beside endpoints: triggers use it, everything else the endpoints. Remove one of them.',
      );
    }
    if (blobUri === undefined || queueUri === undefined || tableUri === undefined) return undefined;
    return { kind: 'identity', blobUri, queueUri, tableUri, clientId: settings.AZURE_CLIENT_ID };
  }
  const connectionString = settings.DataStorage ?? formerName;
  if (connectionString === undefined) {
    problems.push(`${missing.join(', ')} are not set: the app has no storage.`);
    return undefined;
  }
  if (settings.DataStorage === undefined) {
    if (settings.PIPELINE_ENV === 'production') {
      problems.push(
        'AZURE_STORAGE_CONNECTION_STRING is a connection string: production uses endpoints and an identity.',
      );
    }
    warnings.push(
      'AZURE_STORAGE_CONNECTION_STRING is the former name of DataStorage. Requests work with it, but no trigger does: ' +
        'dropped files are not seen and no stage is worked. Rename the setting to DataStorage.',
    );
  }
  return { kind: 'connection-string', connectionString };
}

function secretSource(
  settings: Settings,
  { environment, problems, warnings }: Found & { environment: 'dev' | 'staging' | 'production' },
): Config['secrets'] {
  if (settings.KEY_VAULT_URI !== undefined) {
    for (const name of ['PII_KEY', 'PSEUDONYM_KEY'] as const) {
      if (settings[name] !== undefined) {
        warnings.push(`${name} is not used: with KEY_VAULT_URI the key comes from the vault.`);
      }
    }
    return { kind: 'key-vault', uri: settings.KEY_VAULT_URI, clientId: settings.AZURE_CLIENT_ID };
  }
  if (environment !== 'dev')
    problems.push('KEY_VAULT_URI is not set: secrets come from the vault outside dev.');
  if (settings.PSEUDONYM_KEY !== undefined && settings.PII_KEY === undefined) {
    warnings.push(
      'PSEUDONYM_KEY is the former name of PII_KEY. It still works; rename the setting to PII_KEY.',
    );
  }
  return { kind: 'environment' };
}
