import { describe, expect, it } from '@jest/globals';
import { ConfigInvalid, Environment, nextRunOf, readConfig, scheduleOf } from '../../shared/config.ts';

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
    const config = readConfig({ ...CLOUD, REVISION: 'abc123' });

    expect(config).toEqual({
      storage: { kind: 'identity', blobUri: BLOB, queueUri: QUEUE, tableUri: TABLE, clientId: 'client-1' },
      secrets: { kind: 'key-vault', uri: VAULT, clientId: 'client-1' },
      schedules: USUAL_SCHEDULES,
      sources: expect.objectContaining({ allowsLoopback: false }),
      destinations: expect.objectContaining({ inUse: [] }),
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

describe('the authority of a database', () => {
  const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const authorityIn = (POSTGRES_CA: string) =>
    readConfig({ DataStorage: SECRET, POSTGRES_CA }).destinations.postgres.authority;

  it('may stand on one line, as settings do', () => {
    expect(authorityIn(PEM)).toBe(PEM);
    expect(authorityIn(PEM.replaceAll('\n', '\\n'))).toBe(PEM);
  });

  it('that is no certificate is refused', () => {
    expect(problemsOf({ DataStorage: SECRET, POSTGRES_CA: '/etc/ssl/ca.pem' })).toEqual([
      expect.stringMatching(/^POSTGRES_CA: it must be a certificate as PEM/),
    ]);
  });
});

it('has a meaning for every setting', () => {
  for (const schema of Object.values(Environment.shape)) expect(schema.description).toMatch(/\w/);
});

describe('the schedule of the sweep', () => {
  it.each([
    'foo',
    '* * *',
    '0 61 * * * *',
    '0 0 0 31 2 *',
    '00:05:00',
    '%SCHEDULE%',
    '0 0 0 L * *',
    '@daily',
  ])('is named when it is none: %s; what is registered is the usual one', (schedule) => {
    const env = { DataStorage: SECRET, INGEST_SWEEP_SCHEDULE: schedule };

    expect(problemsOf(env)).toEqual([expect.stringMatching(/^INGEST_SWEEP_SCHEDULE: it is not a schedule/)]);
    expect(scheduleOf('INGEST_SWEEP_SCHEDULE', env)).toBe(EVERY_FIVE_MINUTES);
  });

  it.each([
    ['*/15 * * * * *', /:(00|15|30|45)\.000Z$/],
    ['0 3 * * *', /T03:00:00\.000Z$/],
    ['0 30 6 * * Mon-Fri', /T06:30:00\.000Z$/],
  ])('may have six fields or five: %s', (schedule, next) => {
    const env = { DataStorage: SECRET, INGEST_SWEEP_SCHEDULE: schedule };

    expect(scheduleOf('INGEST_SWEEP_SCHEDULE', env)).toBe(schedule);
    expect(nextRunOf(readConfig(env), 'INGEST_SWEEP_SCHEDULE')?.toISOString()).toMatch(next);
  });
});

describe('a language model', () => {
  const DEV = { DataStorage: SECRET, DESTINATIONS: 'insights' };

  it('is OpenAI, unless it runs in Azure', () => {
    const azure = {
      INSIGHTS_PROVIDER: 'azure-openai',
      INSIGHTS_ENDPOINT: 'https://abaco.openai.azure.com/',
      INSIGHTS_MODEL: 'our-deployment',
    };

    expect(readConfig({ ...DEV, INSIGHTS_MODEL: 'a-model' }).destinations.insights).toEqual({
      provider: 'openai',
      endpoint: 'https://api.openai.com',
      model: 'a-model',
    });
    expect(readConfig({ ...DEV, ...azure }).destinations.insights).toEqual({
      provider: 'azure-openai',
      endpoint: 'https://abaco.openai.azure.com',
      model: 'our-deployment',
    });
  });

  it('that is to be asked must be named, in Azure with its address', () => {
    expect(problemsOf({ ...DEV, INSIGHTS_PROVIDER: 'azure-openai' })).toEqual([
      'INSIGHTS_MODEL is not set: DESTINATIONS has a language model asked for insights.',
      'INSIGHTS_ENDPOINT is not set: a model in Azure has an address of its own.',
    ]);
    expect(readConfig({ DataStorage: SECRET }).destinations.insights).toBeUndefined();
  });
});

describe('whom alerts call in Slack', () => {
  const DEV = { DataStorage: 'UseDevelopmentStorage=true' };
  const ALL = '@sre-oncall=S01, @cfo=U02,@general-counsel=U03, @vp-eng=U04,@ceo=U05, @eng-lead=W06';

  it('is known by groups and people with their ids', () => {
    const { destinations, warnings } = readConfig({ ...DEV, DESTINATIONS: 'alerts', SLACK_MENTIONS: ALL });

    expect(destinations.slack.mentions).toMatchObject({
      '@sre-oncall': 'S01',
      '@cfo': 'U02',
      '@eng-lead': 'W06',
    });
    expect(warnings).toEqual([]);
  });

  it('is warned of where alerts would call in vain, and not where there are none', () => {
    const SLACK_MENTIONS = ALL.replace('@cfo=U02,', '');

    expect(readConfig({ ...DEV, SLACK_MENTIONS }).warnings).toEqual([]);
    expect(readConfig({ ...DEV, DESTINATIONS: 'slack, alerts', SLACK_MENTIONS }).warnings).toEqual([
      'SLACK_MENTIONS has no id for @cfo: alerts name them in plain text, which notifies nobody.',
    ]);
  });

  it.each(['sre-oncall=S01', '@sre-oncall', '@sre-oncall=#devops', '@sre-oncall=S01;@cfo=U02'])(
    'is not taken as %s',
    (SLACK_MENTIONS) => {
      expect(problemsOf({ ...DEV, SLACK_MENTIONS })).toEqual([expect.stringMatching(/^SLACK_MENTIONS: /)]);
    },
  );
});

describe("the names of Supabase's REST interface", () => {
  const KEY = 'sb_secret_of-nobody';
  const REST = { SUPABASE_URL: 'https://x.supabase.co', SUPABASE_SERVICE_ROLE: KEY };
  const DEV = { DataStorage: 'UseDevelopmentStorage=true' };

  it('do not stand in for the address of the database where runs are to be written there', () => {
    const problems = problemsOf({ ...DEV, ...REST, DESTINATIONS: 'lineage,postgres', OPENLINEAGE_URL: BLOB });

    expect(problems).toEqual([
      'SUPABASE_DB_URL is not set: DESTINATIONS has runs written to PostgreSQL, and SUPABASE_URL, SUPABASE_SERVICE_ROLE cannot stand in, since over REST a run would not be written whole or not at all. Set it to the connection string of the project (in Supabase: Connect, Session pooler).',
    ]);
    expect(problems.join()).not.toContain(KEY);
  });

  it.each([
    [
      'beside the address of the database',
      { ...DEV, DATABASE_URL: 'postgresql://u:p@host/db', DESTINATIONS: 'postgres' },
    ],
    ['beside a vault that has it', { ...CLOUD, DESTINATIONS: 'postgres' }],
    ['where nothing is written there', DEV],
  ])('are left aside with a warning %s', (_where, env) => {
    for (const name of ['SUPABASE_URL', 'SUPABASE_SERVICE_ROLE_KEY', 'SUPABASE_KEY']) {
      const { warnings } = readConfig({ ...env, [name]: KEY });

      expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${name}: not used\\. .*\\.$`))]);
      expect(warnings.join()).not.toContain(KEY);
    }
  });
});
