import { z } from 'zod';

// Environment -> Config. Parsed on first use, never while registering, so that /health can name what is wrong;
// every problem is listed at once.

const Uri = z.url({ protocol: /^https?$/ });

/** Storage is reached with a connection string (the emulator) or with an identity (everywhere else). */
export type StorageAccess =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      readonly blobUri: string;
      readonly tableUri: string;
      readonly clientId: string | undefined;
    };

export type Config = {
  readonly environment: 'dev' | 'staging' | 'production';
  readonly storage: StorageAccess;
  readonly secrets:
    | { readonly kind: 'key-vault'; readonly uri: string; readonly clientId: string | undefined }
    | { readonly kind: 'environment' };
  readonly telemetry: string | undefined;
  /** Git revision of the deployed code. */
  readonly revision: string;
  readonly warnings: readonly string[];
};

export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
  /** One sentence for each bad setting. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`settings are not usable: ${problems.join(' ')}`);
    this.problems = problems;
  }
}

const text = (meaning: string): z.ZodOptional<z.ZodString> => z.string().min(1).optional().describe(meaning);

/** Every setting that the product reads, with its meaning: `local.settings.example.json` is checked against it. */
export const Environment = z.object({
  PIPELINE_ENV: z
    .enum(['dev', 'development', 'staging', 'production'])
    .default('dev')
    .describe('Environment: dev, staging or production'),
  DataStorage: text('Connection string of the data account; the emulator only'),
  DataStorage__blobServiceUri: Uri.optional().describe('Blob endpoint of the data account'),
  DataStorage__queueServiceUri: Uri.optional().describe('Queue endpoint of the data account'),
  DataStorage__tableServiceUri: Uri.optional().describe('Table endpoint of the data account'),
  AZURE_STORAGE_CONNECTION_STRING: text('Former name of DataStorage'),
  AZURE_CLIENT_ID: text('Client id of the identity that the app runs under'),
  KEY_VAULT_URI: Uri.optional().describe('Vault that holds all secrets'),
  PSEUDONYM_KEY: text('Key for pseudonyms; outside dev it comes from the vault'),
  APPLICATIONINSIGHTS_CONNECTION_STRING: text('Where telemetry goes'),
  REVISION: text('Git revision of the deployed code'),
  INGEST_SWEEP_SCHEDULE: text('When landing is swept for files that no event announced; NCRONTAB'),
});

/** Throws ConfigInvalid. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const warnings: string[] = [];
  const settings = readSettings(env, problems);
  const environment = settings.PIPELINE_ENV === 'development' ? 'dev' : (settings.PIPELINE_ENV ?? 'dev');
  const storage = storageAccess(settings, environment, warnings);
  const secrets = secretSource(settings, environment);
  for (const found of [storage, secrets]) if (typeof found === 'string') problems.push(found);
  if (problems.length > 0 || typeof storage === 'string' || typeof secrets === 'string') {
    throw new ConfigInvalid(problems);
  }
  return {
    environment,
    storage,
    secrets,
    telemetry: settings.APPLICATIONINSIGHTS_CONNECTION_STRING,
    revision: settings.REVISION ?? 'unknown',
    warnings,
  };
}

type Settings = z.output<typeof PartialEnvironment>;
const PartialEnvironment = Environment.partial();

/** Each setting on its own, so that one bad value does not hide the others. Values are never repeated. */
function readSettings(env: Readonly<Record<string, string | undefined>>, problems: string[]): Settings {
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

/** The way to reach storage, or the sentence that says why there is none. */
function storageAccess(
  settings: Settings,
  environment: Config['environment'],
  warnings: string[],
): StorageAccess | string {
  const { DataStorage__blobServiceUri: blobUri, DataStorage__tableServiceUri: tableUri } = settings;
  if (blobUri !== undefined && tableUri !== undefined) {
    return { kind: 'identity', blobUri, tableUri, clientId: settings.AZURE_CLIENT_ID };
  }
  const formerName = settings.AZURE_STORAGE_CONNECTION_STRING;
  if (settings.DataStorage === undefined && formerName !== undefined) {
    warnings.push('AZURE_STORAGE_CONNECTION_STRING is the former name of DataStorage: rename the setting.');
  }
  const connectionString = settings.DataStorage ?? formerName;
  if (connectionString === undefined) {
    return 'DataStorage__blobServiceUri and DataStorage__tableServiceUri are not set: the app has no storage.';
  }
  if (environment === 'production') {
    return 'DataStorage is a connection string: production uses DataStorage__blobServiceUri and an identity.';
  }
  return { kind: 'connection-string', connectionString };
}

function secretSource(settings: Settings, environment: Config['environment']): Config['secrets'] | string {
  if (settings.KEY_VAULT_URI !== undefined) {
    return { kind: 'key-vault', uri: settings.KEY_VAULT_URI, clientId: settings.AZURE_CLIENT_ID };
  }
  if (environment !== 'dev') return 'KEY_VAULT_URI is not set: secrets come from the vault outside dev.';
  return { kind: 'environment' };
}
