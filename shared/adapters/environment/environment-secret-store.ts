import { SecretMissing, type SecretName, type SecretStore } from '../../ports/secret-store.ts';

/** Secrets of a developer's machine: `pseudonym-key` is the variable PSEUDONYM_KEY. */
export class EnvironmentSecretStore implements SecretStore {
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  get(name: SecretName): Promise<string> {
    const variable = name.toUpperCase().replaceAll('-', '_');
    const value = this.#env[variable];
    if (!value) return Promise.reject(new SecretMissing(name, `the environment (${variable})`));
    return Promise.resolve(value);
  }
}
