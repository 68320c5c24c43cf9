import { TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../local/provision.ts';
import { buildApp } from '../../../shared/app.ts';
import { type DiagnosisDeps, diagnose, diagnosisOfSettings } from '../../../shared/diagnosis/diagnose.ts';
import type { Diagnosis, Finding } from '../../../shared/diagnosis/finding.ts';
import { SecretMissing, type SecretName } from '../../../shared/ports/secret-store.ts';
import { seal } from '../../../shared/privacy/sealed.ts';
import { ALL_QUEUES, TABLES, ZONES } from '../../../shared/topology.ts';
import { TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { aRefusingProxy, type Refuses } from '../../support/a-refusing-proxy.ts';
import { takeStorageAccount } from '../../support/emulator.ts';

const NOW = new Date('2026-01-15T12:00:00Z');
const DAY_MS = 86_400_000;

let storage: string;
beforeAll(async () => {
  storage = await takeStorageAccount();
  await provisionStorage(storage);
});

const SETTINGS = { PII_KEY: TEST_PSEUDONYM_KEY };

async function depsAt(
  connectionString: string,
  env: Record<string, string> = SETTINGS,
): Promise<DiagnosisDeps> {
  return (await buildApp({ DataStorage: connectionString, ...env })).diagnosis;
}

/** What is not as it should be, in order. */
function amiss({ findings }: Diagnosis): readonly Finding[] {
  return findings.filter(({ state }) => state !== 'ok' && state !== 'off');
}

async function refused(refuses: Refuses): Promise<readonly Finding[]> {
  await using proxy = await aRefusingProxy(storage, refuses);
  return amiss(
    await diagnose({ ...(await depsAt(proxy.storage)), probes: (await depsAt(proxy.storage)).probes }),
  );
}

describe('a product that is well', () => {
  it('has a line for everything that it needs, and nothing to be done', async () => {
    const diagnosis = await diagnose(await depsAt(storage));

    expect(amiss(diagnosis)).toEqual([]);
    expect(diagnosis.isWell).toBe(true);
    expect(diagnosis.findings.filter(({ area }) => area === 'storage').map(({ name }) => name)).toEqual([
      ...ZONES.map((name) => `container ${name}`),
      ...ALL_QUEUES.map((name) => `queue ${name}`),
      ...TABLES.map((name) => `table ${name}`),
    ]);
    expect(diagnosis.findings).toEqual(
      expect.arrayContaining([
        { area: 'machine', name: 'clock', state: 'ok', detail: 'it agrees with that of storage' },
        { area: 'machine', name: 'DuckDB', state: 'ok', detail: 'it answers' },
        { area: 'secrets', name: 'secret pseudonym-key', state: 'ok', detail: 'there' },
      ]),
    );
  });

  it('is as it was before: nothing has been written, queued or left', async () => {
    await diagnose(await depsAt(storage));

    const blobs = BlobServiceClient.fromConnectionString(storage);
    for (const zone of ZONES) {
      for await (const { name } of blobs.getContainerClient(zone).listBlobsFlat())
        throw new Error(`${zone} has ${name}`);
    }
    const queues = QueueServiceClient.fromConnectionString(storage);
    for (const name of ALL_QUEUES)
      expect((await queues.getQueueClient(name).peekMessages()).peekedMessageItems).toEqual([]);
    const tables = TableServiceClient.fromConnectionString(storage, { allowInsecureConnection: true });
    const names: string[] = [];
    for await (const { name } of tables.listTables()) names.push(name ?? '');
    expect(names.toSorted()).toEqual([...TABLES].toSorted());
  });
});

describe('storage that refuses', () => {
  const NO_ROLE = { status: 403, code: 'AuthorizationPermissionMismatch' };

  it('has the missing role named, for a container, a queue and a table', async () => {
    const found = await refused(({ method, path }) =>
      (/\/raw\/\S+/.test(path) && method !== 'GET') ||
      /\/compute\/messages/.test(path) ||
      /\/runs\(/.test(path)
        ? NO_ROLE
        : undefined,
    );

    expect(found).toEqual([
      {
        area: 'storage',
        name: 'container raw',
        state: 'wrong',
        detail: 'write, delete refused: role Storage Blob Data Contributor on container raw is missing',
        next: expect.stringContaining('infra/modules/data-access.bicep'),
      },
      expect.objectContaining({
        name: 'queue compute',
        detail:
          'read, write, delete refused: role Storage Queue Data Contributor on queue compute is missing',
      }),
      expect.objectContaining({
        name: 'table runs',
        detail: expect.stringContaining('role Storage Table Data Contributor on table runs is missing'),
      }),
    ]);
  });

  it.each([
    ['AuthorizationFailure', 'the firewall of the account'],
    ['KeyBasedAuthenticationNotPermitted', 'the account takes no keys'],
    ['AuthenticationFailed', 'the credentials are not accepted'],
  ])('for another reason has that named: %s', async (code, why) => {
    const found = await refused(({ path }) => (path.includes('/marts') ? { status: 403, code } : undefined));

    expect(found).toMatchObject([{ name: 'container marts', detail: expect.stringContaining(why) }]);
  });
});

describe('storage that lacks something', () => {
  it('has each container, queue and table named that is not there', async () => {
    const own = await takeStorageAccount();
    await provisionStorage(own);
    await BlobServiceClient.fromConnectionString(own).getContainerClient('audit').delete();
    await QueueServiceClient.fromConnectionString(own).getQueueClient('deliver').delete();
    await TableServiceClient.fromConnectionString(own, { allowInsecureConnection: true }).deleteTable(
      'quality',
    );

    const found = amiss(await diagnose(await depsAt(own)));

    expect(found.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([
      'container audit: it is not there',
      'queue deliver: it is not there',
      'table quality: it is not there',
    ]);
  });

  it('that does not answer is one line for each service', async () => {
    const deps = await depsAt(storage);
    const attempt = () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    const probes = deps.probes.map((probe) => ({
      ...probe,
      attempts: probe.attempts.map(({ access }) => ({ access, attempt })),
    }));

    const found = amiss(await diagnose({ ...deps, probes }));

    expect(found.map(({ area, name, state }) => [area, name, state])).toEqual([
      ['connections', 'blob service', 'wrong'],
      ['connections', 'queue service', 'wrong'],
      ['connections', 'table service', 'wrong'],
      ['machine', 'clock', 'warning'],
    ]);
  });
});

describe('the clock', () => {
  it.each([
    [-2, 'warning', 'behind'],
    [10, 'wrong', 'ahead of'],
  ])('that is %d minutes off is told', async (minutes, state, direction) => {
    const clock = { now: () => new Date(Date.now() + minutes * 60_000) };

    const found = amiss(await diagnose({ ...(await depsAt(storage)), clock }));

    expect(found).toMatchObject([
      { name: 'clock', state, detail: expect.stringContaining(`seconds ${direction} that of`) },
    ]);
  });
});

describe('secrets', () => {
  const withSecrets = async (
    known: Partial<Record<SecretName, { expires?: number; changed?: number }>>,
    env: Record<string, string> = {},
  ): Promise<readonly Finding[]> => {
    const deps = await depsAt(storage, { ...SETTINGS, ...env });
    const days = (which: 'expires' | 'changed') => {
      const dates = new Map<SecretName, Date>();
      for (const [name, one] of Object.entries(known))
        if (one[which] !== undefined)
          dates.set(name as SecretName, new Date(NOW.getTime() + one[which] * DAY_MS));
      return Promise.resolve(dates);
    };
    const secrets = {
      get: (name: SecretName) =>
        name in known
          ? Promise.resolve(seal(TEST_PSEUDONYM_KEY))
          : Promise.reject(new SecretMissing(name, 'the vault')),
      expiries: () => days('expires'),
      changes: () => days('changed'),
    };
    const { findings } = await diagnose({
      ...deps,
      probes: [],
      checks: [],
      secrets,
      clock: { now: () => NOW },
    });
    return findings.filter(({ area }) => ['secrets', 'sources', 'destinations'].includes(area));
  };
  const named = (findings: readonly Finding[], name: string) =>
    findings.find((finding) => finding.name === name);

  it('are told with their age and when they run out', async () => {
    const found = await withSecrets({
      'pseudonym-key': { changed: -100, expires: 200 },
      'hubspot-api-key': { changed: -300, expires: 10 },
      'cascade-session-cookie': { changed: -5, expires: -2 },
      'slack-bot-token': { changed: -400 },
    });

    expect(named(found, 'secret pseudonym-key')).toMatchObject({
      state: 'ok',
      detail: '100 days old, runs out in 200 days',
    });
    expect(named(found, 'secret hubspot-api-key')).toMatchObject({
      state: 'warning',
      detail: '300 days old, runs out in 10 days',
      next: expect.stringContaining('docs/runbooks/secret-expiry.md'),
    });
    expect(named(found, 'secret cascade-session-cookie')).toMatchObject({
      state: 'wrong',
      detail: '5 days old, ran out 2 days ago',
    });
    expect(named(found, 'secret slack-bot-token')).toMatchObject({
      state: 'warning',
      detail: '400 days old, does not run out',
    });
  });

  it('that nothing can do without are wrong when they are missing, others say what is off', async () => {
    const found = await withSecrets({}, { META_AD_ACCOUNT_ID: 'act_1' });

    expect(found.filter(({ state }) => state === 'wrong').map(({ name }) => name)).toEqual([
      'secret pseudonym-key',
    ]);
    expect(named(found, 'source hubspot')).toMatchObject({
      state: 'off',
      detail: 'not pulled: it has no secret hubspot-api-key',
    });
    expect(named(found, 'source meta')).toMatchObject({
      detail: 'not pulled: it has no secret meta-system-user-token',
    });
  });

  it('of a destination in use must be there, one of several', async () => {
    const env = { DESTINATIONS: 'slack,pagerduty' };

    const without = await withSecrets({ 'pseudonym-key': {} }, env);
    const found = await withSecrets(
      { 'pseudonym-key': {}, 'slack-webhook-reports': {}, 'pagerduty-routing-key': {} },
      env,
    );

    expect(named(without, 'destination slack')).toMatchObject({
      state: 'wrong',
      detail: 'in DESTINATIONS, and it has no secret slack-bot-token or slack-webhook-reports',
    });
    expect(found.filter(({ area }) => area === 'destinations').map(({ state }) => state)).toEqual([
      'ok',
      'ok',
    ]);
  });

  it('never show a value', async () => {
    expect(JSON.stringify(await withSecrets({ 'pseudonym-key': {} }))).not.toContain(TEST_PSEUDONYM_KEY);
  });
});

it('settings that are not usable are all told, each by its name', () => {
  const { isWell, findings } = diagnosisOfSettings([
    'KEY_VAULT_URI is not set: secrets …',
    'PIPELINE_ENV: it must be …',
  ]);

  expect(isWell).toBe(false);
  expect(findings.map(({ name, state }) => [name, state])).toEqual([
    ['KEY_VAULT_URI', 'wrong'],
    ['PIPELINE_ENV', 'wrong'],
  ]);
});
