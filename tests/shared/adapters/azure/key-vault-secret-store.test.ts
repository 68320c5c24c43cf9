import { inspect } from 'node:util';
import type { SecretClientOptions } from '@azure/keyvault-secrets';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { KeyVaultSecretStore } from '../../../../shared/adapters/azure/key-vault-secret-store.ts';
import { unseal } from '../../../../shared/privacy/sealed.ts';

// The real client of the vault, over a transport that answers as the vault does: its pages, its challenge, its errors.

const VAULT = 'https://abaco.vault.azure.net';
const MINUTE = 60_000;
type Transport = NonNullable<SecretClientOptions['httpClient']>;
type Held = { readonly value: string; readonly expires?: string; readonly enabled?: boolean };

let secrets: Map<string, Held>;
let asked: string[];
let mayList: boolean;
let now: number;

beforeEach(() => {
  secrets = new Map();
  asked = [];
  mayList = true;
  now = Date.parse('2026-11-28T06:00:00Z');
});

/** Two secrets to a page. */
function answerOf(path: string, skip: number): readonly [status: number, body: unknown] {
  const attributesOf = ({ expires, enabled = true }: Held) => ({
    enabled,
    ...(expires !== undefined && { exp: Date.parse(expires) / 1_000 }),
  });
  if (path === '/secrets' || path === '/secrets/') {
    if (!mayList) return [403, { error: { code: 'Forbidden', message: 'no list permission' } }];
    const all = [...secrets].map(([name, held]) => ({
      id: `${VAULT}/secrets/${name}`,
      attributes: attributesOf(held),
    }));
    const nextLink = skip + 2 < all.length ? `${VAULT}/secrets?api-version=7.6&$skiptoken=${skip + 2}` : null;
    return [200, { value: all.slice(skip, skip + 2), nextLink }];
  }
  const name = path.split('/')[2] ?? '';
  const held = secrets.get(name);
  return held === undefined
    ? [404, { error: { code: 'SecretNotFound', message: `${name} was not found` } }]
    : [200, { value: held.value, id: `${VAULT}/secrets/${name}/1`, attributes: attributesOf(held) }];
}

const transport: Transport = {
  async sendRequest(request) {
    const { pathname, searchParams } = new URL(request.url);
    const { createHttpHeaders } = await import('@azure/core-rest-pipeline');
    if (request.headers.get('authorization') === undefined) {
      const challenge = `Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"`;
      return { request, status: 401, headers: createHttpHeaders({ 'www-authenticate': challenge }) };
    }
    asked.push(pathname);
    const [status, body] = answerOf(pathname, Number(searchParams.get('$skiptoken') ?? 0));
    const headers = createHttpHeaders({ 'content-type': 'application/json' });
    return { request, status, headers, bodyAsText: JSON.stringify(body) };
  },
};

function aStore(): KeyVaultSecretStore {
  const credential = {
    getToken: () => Promise.resolve({ token: 'token', expiresOnTimestamp: now + 3_600_000 }),
  };
  const options = { httpClient: transport, retryOptions: { maxRetries: 0 } };
  return new KeyVaultSecretStore(VAULT, credential, { clock: { now: () => new Date(now) }, options });
}

describe('when secrets run out', () => {
  beforeEach(() => {
    secrets.set('hubspot-api-key', { value: 'hunter2', expires: '2026-12-07T00:00:00Z' });
    secrets.set('cascade-session-cookie', { value: 'hunter2' });
    secrets.set('of-another-app', { value: 'hunter2', expires: '2026-12-01T00:00:00Z' });
    secrets.set('postgres-url', { value: 'hunter2', expires: '2026-12-02T00:00:00Z', enabled: false });
    secrets.set('slack-bot-token', { value: 'hunter2', expires: '2026-12-03T00:00:00Z' });
  });

  it('is known of those that say so, are enabled and are ours, over all pages, and no value is read', async () => {
    const store = aStore();

    const expiries = await store.expiries();

    expect([...expiries].map(([name, at]) => `${name} ${at.toISOString()}`)).toEqual([
      'hubspot-api-key 2026-12-07T00:00:00.000Z',
      'slack-bot-token 2026-12-03T00:00:00.000Z',
    ]);
    expect(new Set(asked.map((path) => path.replace(/\/$/, '')))).toEqual(new Set(['/secrets']));
    expect(inspect([store, expiries], { depth: 9, showHidden: true })).not.toContain('hunter2');
  });

  it('is asked once in ten minutes, however many want to know', async () => {
    const store = aStore();
    await Promise.all([store.expiries(), store.expiries()]);
    const once = asked.length;
    now += 9 * MINUTE;
    await store.expiries();

    expect(asked).toHaveLength(once);
    secrets.set('hubspot-api-key', { value: 'new', expires: '2027-06-01T00:00:00Z' });
    now += 2 * MINUTE;
    expect((await store.expiries()).get('hubspot-api-key')).toEqual(new Date('2027-06-01T00:00:00Z'));
    expect(asked).toHaveLength(2 * once);
  });

  it('is asked again after a minute where the vault does not tell, and the others are told why', async () => {
    const store = aStore();
    mayList = false;
    await expect(store.expiries()).rejects.toMatchObject({ statusCode: 403 });
    await expect(store.expiries()).rejects.toMatchObject({ statusCode: 403 });
    expect(asked).toHaveLength(1);

    mayList = true;
    now += MINUTE;
    expect((await store.expiries()).size).toBe(2);
  });
});

describe('a secret', () => {
  it('is read once in ten minutes, and anew for who was refused with it', async () => {
    const store = aStore();
    secrets.set('hubspot-api-key', { value: 'old' });
    await store.get('hubspot-api-key');
    secrets.set('hubspot-api-key', { value: 'new' });

    expect(unseal(await store.get('hubspot-api-key'))).toBe('old');
    expect(unseal(await store.get('hubspot-api-key', { renewed: true }))).toBe('new');
    expect(asked).toHaveLength(2);
  });

  it('that the vault does not have is missing, by name', async () => {
    await expect(aStore().get('slack-bot-token')).rejects.toMatchObject({
      name: 'SecretMissing',
      message: `secret slack-bot-token is not in ${VAULT}`,
    });
  });
});
