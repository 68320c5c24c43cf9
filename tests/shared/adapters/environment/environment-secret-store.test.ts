import { expect, it } from '@jest/globals';
import { EnvironmentSecretStore } from '../../../../shared/adapters/environment/environment-secret-store.ts';

it('finds a secret under its name in capitals', async () => {
  expect(await new EnvironmentSecretStore({ PSEUDONYM_KEY: 'k' }).get('pseudonym-key')).toBe('k');
});

it.each([{}, { PSEUDONYM_KEY: '' }])('has nothing weaker to fall back to: %j', async (env) => {
  await expect(new EnvironmentSecretStore(env).get('pseudonym-key')).rejects.toMatchObject({
    name: 'SecretMissing',
    message: 'secret pseudonym-key is not in the environment (PSEUDONYM_KEY)',
  });
});
