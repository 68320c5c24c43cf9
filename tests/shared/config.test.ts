import { describe, expect, it } from '@jest/globals';
import { ConfigInvalid, Environment, readConfig } from '../../shared/config.ts';
import { problemsOf } from '../support/problems-of-settings.ts';

const BLOB = 'https://abaco.blob.core.windows.net';
const QUEUE = 'https://abaco.queue.core.windows.net';
const TABLE = 'https://abaco.table.core.windows.net';
const VAULT = 'https://abaco.vault.azure.net';
const CLOUD = {
  PIPELINE_ENV: 'production',
  DataStorage__blobServiceUri: BLOB,
  DataStorage__queueServiceUri: QUEUE,
  DataStorage__tableServiceUri: TABLE,
  KEY_VAULT_URI: VAULT,
  AZURE_CLIENT_ID: 'client-1',
};
const EVERY_FIVE_MINUTES = '0 */5 * * * *';
const USUAL_SCHEDULES = {
  INGEST_SWEEP_SCHEDULE: EVERY_FIVE_MINUTES,
  PULL_CASCADE_SCHEDULE: '0 0 5 * * *',
  PULL_HUBSPOT_SCHEDULE: '0 0 6 * * *',
  PULL_META_SCHEDULE: '0 0 7 * * *',
  PULL_RETRY_SCHEDULE: '15 * * * * *',
  DAILY_SUMMARY_SCHEDULE: '0 30 6 * * *',
  MORNING_DIGEST_SCHEDULE: '0 30 7 * * *',
  DELIVERY_SCHEDULE: '0 * * * * *',
  WATCH_SCHEDULE: '30 * * * * *',
  ACCESS_WALK_SCHEDULE: '0 30 2 * * *',
};
const SECRET = 'UseDevelopmentStorage=true;AccountKey=c2VjcmV0';

describe('settings that are usable', () => {
  it('reach everything with an identity in the cloud', () => {
    const config = readConfig({ ...CLOUD, REVISION: 'abc123' });

    expect(config).toEqual({
      storage: { kind: 'identity', blobUri: BLOB, queueUri: QUEUE, tableUri: TABLE, clientId: 'client-1' },
      secrets: { kind: 'key-vault', uri: VAULT, clientId: 'client-1' },
      schedules: USUAL_SCHEDULES,
      sources: expect.objectContaining({ allowsLoopback: false }),
      destinations: expect.objectContaining({ inUse: [] }),
      actsNeed: [],
      revision: 'abc123',
      warnings: [],
    });
  });

  it('reach the emulator with a connection string, and secrets in the environment', () => {
    expect(readConfig({ DataStorage: 'UseDevelopmentStorage=true' })).toEqual({
      storage: { kind: 'connection-string', connectionString: 'UseDevelopmentStorage=true' },
      secrets: { kind: 'environment' },
      schedules: USUAL_SCHEDULES,
      sources: expect.objectContaining({ allowsLoopback: true }),
      destinations: expect.objectContaining({ inUse: [] }),
      actsNeed: [],
      revision: 'unknown',
      warnings: [],
    });
  });

  it.each([undefined, '', 'dev', 'development'])('need no vault with PIPELINE_ENV=%s', (PIPELINE_ENV) => {
    const { KEY_VAULT_URI: _, ...withoutVault } = CLOUD;

    expect(readConfig({ ...withoutVault, PIPELINE_ENV }).secrets).toEqual({ kind: 'environment' });
  });

  it('prefer the identity when a connection string is there as well, and warn that triggers do not', () => {
    const config = readConfig({ ...CLOUD, PIPELINE_ENV: 'staging', DataStorage: SECRET });

    expect(config.storage.kind).toBe('identity');
    expect(config.warnings).toEqual([expect.stringContaining('triggers use it')]);
  });

  it.each(['PII_KEY', 'PSEUDONYM_KEY'])(
    'warn of a key in the settings that the vault makes useless: %s',
    (name) => {
      const config = readConfig({ ...CLOUD, [name]: 'x'.repeat(32) });

      expect(config.warnings).toEqual([expect.stringContaining(`${name} is not used`)]);
    },
  );

  it('may still have the former name of PII_KEY, with a warning until the new one is there', () => {
    const dev = { DataStorage: 'UseDevelopmentStorage=true', PSEUDONYM_KEY: 'x'.repeat(32) };

    expect(readConfig(dev).warnings).toEqual([expect.stringContaining('rename the setting to PII_KEY')]);
    expect(readConfig({ ...dev, PII_KEY: 'y'.repeat(32) }).warnings).toEqual([]);
  });

  it('may use the vault in dev', () => {
    const config = readConfig({ DataStorage: 'UseDevelopmentStorage=true', KEY_VAULT_URI: VAULT });

    expect(config.secrets).toEqual({ kind: 'key-vault', uri: VAULT, clientId: undefined });
  });

  it('may still have the former name of DataStorage, with a warning that names what does not work', () => {
    const config = readConfig({ AZURE_STORAGE_CONNECTION_STRING: SECRET });

    expect(config.storage).toEqual({ kind: 'connection-string', connectionString: SECRET });
    expect(config.warnings).toEqual([expect.stringMatching(/no trigger does: dropped files are not seen/)]);
  });

  it('need no warning about the former name once the new one is there, which wins', () => {
    const config = readConfig({ DataStorage: 'new', AZURE_STORAGE_CONNECTION_STRING: 'old' });

    expect(config.storage).toEqual({ kind: 'connection-string', connectionString: 'new' });
    expect(config.warnings).toEqual([]);
  });

  it('may stand beside any other variable of the machine', () => {
    expect(readConfig({ ...CLOUD, PATH: '/bin', __proto__: 'x' }).storage.kind).toBe('identity');
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
    ]) {
      expect(problems.filter((problem) => problem.includes(name)).length).toBeGreaterThan(0);
    }
  });

  it('are thrown as one error that lists them', () => {
    expect(() => readConfig({ PIPELINE_ENV: 'staging' })).toThrow(
      new ConfigInvalid([
        'DataStorage__blobServiceUri, DataStorage__queueServiceUri, DataStorage__tableServiceUri are not set: the app has no storage.',
        'KEY_VAULT_URI is not set: secrets come from the vault outside dev.',
      ]),
    );
  });

  it.each(['DataStorage', 'AZURE_STORAGE_CONNECTION_STRING'])(
    'are a connection string in production: %s',
    (name) => {
      const problems = problemsOf({ PIPELINE_ENV: 'production', KEY_VAULT_URI: VAULT, [name]: SECRET });

      expect(problems).toContainEqual(expect.stringMatching(`^${name} is a connection string`));
    },
  );

  it('are a connection string in production even beside an identity, since triggers would use it', () => {
    expect(problemsOf({ ...CLOUD, DataStorage: 'AccountKey=c2VjcmV0' })).toEqual([
      expect.stringMatching(/^DataStorage is a connection string/),
    ]);
  });

  it('are the emulator anywhere in production', () => {
    expect(problemsOf({ ...CLOUD, AzureWebJobsStorage: 'UseDevelopmentStorage=true' })).toEqual([
      'AzureWebJobsStorage is the storage emulator, which production does not have.',
    ]);
  });

  it.each([
    'DataStorage__blobServiceUri',
    'DataStorage__queueServiceUri',
    'DataStorage__tableServiceUri',
    'KEY_VAULT_URI',
  ])('are plain HTTP in production: %s', (name) => {
    const plain = { ...CLOUD, [name]: 'http://abaco.example' };

    expect(problemsOf(plain)).toEqual([`${name} is not encrypted: production takes https only.`]);
    expect(problemsOf({ ...plain, PIPELINE_ENV: 'staging' })).toEqual([]);
  });

  it.each(['staging', 'production'])('are those without a vault in %s', (PIPELINE_ENV) => {
    expect(problemsOf({ ...CLOUD, PIPELINE_ENV, KEY_VAULT_URI: '' })).toEqual([
      'KEY_VAULT_URI is not set: secrets come from the vault outside dev.',
    ]);
  });

  it.each(['DataStorage__blobServiceUri', 'DataStorage__queueServiceUri', 'DataStorage__tableServiceUri'])(
    'are an identity without one address, which is the one that is named: %s',
    (name) => {
      expect(problemsOf({ ...CLOUD, [name]: undefined })).toEqual([
        `${name} is not set: an identity needs all three endpoints.`,
      ]);
    },
  );

  it.each(['PII_KEY', 'PSEUDONYM_KEY'])('are a key for pseudonyms that could be guessed: %s', (name) => {
    const problem = `${name}: it must have at least 32 characters, behind "<version>:" where it has one (1 to 9999).`;

    for (const key of ['x'.repeat(31), `2:${'x'.repeat(31)}`, `0:${'x'.repeat(32)}`]) {
      expect(problemsOf({ DataStorage: SECRET, [name]: key })).toEqual([problem]);
    }
    for (const key of ['x'.repeat(32), `2:${'x'.repeat(32)}`]) {
      expect(problemsOf({ DataStorage: SECRET, [name]: key })).toEqual([]);
    }
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
