import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { EnvironmentSecretStore } from '../../../../shared/adapters/environment/environment-secret-store.ts';
import { unseal } from '../../../../shared/privacy/sealed.ts';

it.each([
  [{ PII_KEY: 'new' }, 'new'],
  [{ PSEUDONYM_KEY: 'old' }, 'old'],
  [{ PII_KEY: '', PSEUDONYM_KEY: 'old' }, 'old'],
  [{ PII_KEY: 'new', PSEUDONYM_KEY: 'old' }, 'new'],
])('finds the key for pseudonyms under its name, or under its former one: %j', async (env, key) => {
  expect(unseal(await new EnvironmentSecretStore(env).get('pseudonym-key'))).toBe(key);
});

it('gives a secret away neither sealed nor in the store', async () => {
  const store = new EnvironmentSecretStore({ PII_KEY: 'hunter2' });

  expect(inspect([store, await store.get('pseudonym-key')], { showHidden: true })).not.toContain('hunter2');
});

it.each([{}, { PII_KEY: '' }, { PII_KEY: '', PSEUDONYM_KEY: '' }])(
  'has nothing weaker to fall back to: %j',
  async (env) => {
    await expect(new EnvironmentSecretStore(env).get('pseudonym-key')).rejects.toMatchObject({
      name: 'SecretMissing',
      message: 'secret pseudonym-key is not in the environment (PII_KEY)',
    });
  },
);
