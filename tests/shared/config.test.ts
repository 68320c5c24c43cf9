import { describe, expect, it } from '@jest/globals';
import { type Config, ConfigInvalid, Environment, readConfig } from '../../shared/config.ts';

const BLOB = 'https://abaco.blob.core.windows.net';
const TABLE = 'https://abaco.table.core.windows.net';
const VAULT = 'https://abaco.vault.azure.net';
const CLOUD = {
  PIPELINE_ENV: 'production',
  DataStorage__blobServiceUri: BLOB,
  DataStorage__tableServiceUri: TABLE,
  KEY_VAULT_URI: VAULT,
  AZURE_CLIENT_ID: 'client-1',
};
const SECRET = 'UseDevelopmentStorage=true;AccountKey=c2VjcmV0';

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
}

describe('settings that are usable', () => {
  it('reach everything with an identity in the cloud', () => {
    const config = readConfig({
      ...CLOUD,
      REVISION: 'abc123',
      APPLICATIONINSIGHTS_CONNECTION_STRING: 'ikey',
    });

    expect(config).toEqual({
      environment: 'production',
      storage: { kind: 'identity', blobUri: BLOB, tableUri: TABLE, clientId: 'client-1' },
      secrets: { kind: 'key-vault', uri: VAULT, clientId: 'client-1' },
      telemetry: 'ikey',
      revision: 'abc123',
      warnings: [],
    });
  });

  it('reach the emulator with a connection string, and secrets in the environment', () => {
    expect(readConfig({ DataStorage: 'UseDevelopmentStorage=true' })).toEqual({
      environment: 'dev',
      storage: { kind: 'connection-string', connectionString: 'UseDevelopmentStorage=true' },
      secrets: { kind: 'environment' },
      telemetry: undefined,
      revision: 'unknown',
      warnings: [],
    });
  });

  it.each<[string | undefined, Config['environment']]>([
    [undefined, 'dev'],
    ['', 'dev'],
    ['dev', 'dev'],
    ['development', 'dev'],
    ['staging', 'staging'],
    ['production', 'production'],
  ])('take PIPELINE_ENV=%s for %s', (PIPELINE_ENV, environment) => {
    expect(readConfig({ ...CLOUD, PIPELINE_ENV }).environment).toBe(environment);
  });

  it('prefer the identity when a connection string is there as well', () => {
    expect(readConfig({ ...CLOUD, DataStorage: SECRET }).storage.kind).toBe('identity');
  });

  it('may use the vault in dev', () => {
    const config = readConfig({ DataStorage: 'UseDevelopmentStorage=true', KEY_VAULT_URI: VAULT });

    expect(config.secrets).toEqual({ kind: 'key-vault', uri: VAULT, clientId: undefined });
  });

  it('may still have the former name of DataStorage, with a warning', () => {
    const config = readConfig({ AZURE_STORAGE_CONNECTION_STRING: SECRET });

    expect(config.storage).toEqual({ kind: 'connection-string', connectionString: SECRET });
    expect(config.warnings).toEqual([
      'AZURE_STORAGE_CONNECTION_STRING is the former name of DataStorage: rename the setting.',
    ]);
  });

  it('need no warning about the former name once the new one is there, which wins', () => {
    const config = readConfig({ DataStorage: 'new', AZURE_STORAGE_CONNECTION_STRING: 'old' });

    expect(config.storage).toEqual({ kind: 'connection-string', connectionString: 'new' });
    expect(config.warnings).toEqual([]);
  });

  it('may stand beside any other variable of the machine', () => {
    expect(readConfig({ ...CLOUD, PATH: '/bin', __proto__: 'x' }).environment).toBe('production');
  });
});

describe('settings that are not usable', () => {
  it('are all named at once', () => {
    const problems = problemsOf({
      PIPELINE_ENV: 'prod',
      DataStorage__blobServiceUri: 'not a url',
      DataStorage__tableServiceUri: 'ftp://abaco.table.core.windows.net',
      DataStorage__queueServiceUri: 'queue',
      KEY_VAULT_URI: 'vault',
    });

    for (const name of [
      'PIPELINE_ENV',
      'DataStorage__blobServiceUri',
      'DataStorage__tableServiceUri',
      'DataStorage__queueServiceUri',
      'KEY_VAULT_URI',
      'the app has no storage',
    ]) {
      expect(problems.filter((problem) => problem.includes(name)).length).toBeGreaterThan(0);
    }
  });

  it('are thrown as one error that lists them', () => {
    expect(() => readConfig({ PIPELINE_ENV: 'staging' })).toThrow(
      new ConfigInvalid([
        'DataStorage__blobServiceUri and DataStorage__tableServiceUri are not set: the app has no storage.',
        'KEY_VAULT_URI is not set: secrets come from the vault outside dev.',
      ]),
    );
  });

  it.each(['DataStorage', 'AZURE_STORAGE_CONNECTION_STRING'])(
    'are a connection string in production: %s',
    (name) => {
      const { DataStorage__blobServiceUri: _, ...withoutBlob } = CLOUD;

      expect(problemsOf({ ...withoutBlob, [name]: SECRET })).toEqual([
        'DataStorage is a connection string: production uses DataStorage__blobServiceUri and an identity.',
      ]);
    },
  );

  it.each(['staging', 'production'])('are those without a vault in %s', (PIPELINE_ENV) => {
    expect(problemsOf({ ...CLOUD, PIPELINE_ENV, KEY_VAULT_URI: '' })).toEqual([
      'KEY_VAULT_URI is not set: secrets come from the vault outside dev.',
    ]);
  });

  it('are half of an identity: one address without the other', () => {
    expect(problemsOf({ ...CLOUD, DataStorage__tableServiceUri: undefined })).toHaveLength(1);
    expect(problemsOf({ ...CLOUD, DataStorage__blobServiceUri: undefined })).toHaveLength(1);
  });

  it('never give a value away', () => {
    const values: Record<string, string> = {};
    for (const name of Object.keys(Environment.shape)) values[name] = `hunter2-${name.toLowerCase()}`;

    const problems = [
      ...problemsOf(values),
      ...problemsOf({ PIPELINE_ENV: 'production', DataStorage: SECRET }),
      ...problemsOf({ PIPELINE_ENV: 'staging', AZURE_STORAGE_CONNECTION_STRING: SECRET }),
    ];

    expect(problems.length).toBeGreaterThan(5);
    expect(problems.join()).not.toContain('hunter2');
    expect(problems.join()).not.toContain('c2VjcmV0');
  });

  it('never give a value away in a warning', () => {
    expect(readConfig({ AZURE_STORAGE_CONNECTION_STRING: SECRET }).warnings.join()).not.toContain('c2VjcmV0');
  });
});

it('has a meaning for every setting', () => {
  for (const schema of Object.values(Environment.shape)) expect(schema.description).toMatch(/\w/);
});
