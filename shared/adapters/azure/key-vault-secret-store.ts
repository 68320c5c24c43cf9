import type { TokenCredential } from '@azure/identity';
import type { SecretClient, SecretClientOptions } from '@azure/keyvault-secrets';
import type { Clock } from '../../ports/clock.ts';
import {
  SECRET_NAMES,
  type SecretExpiries,
  SecretMissing,
  type SecretName,
  type SecretStore,
} from '../../ports/secret-store.ts';
import { type Sealed, seal } from '../../privacy/sealed.ts';

const CACHE_MS = 10 * 60_000;
/** A vault that does not tell when its secrets run out is not asked more often than this. */
const REFUSED_MS = 60_000;

type Expiries = ReadonlyMap<SecretName, Date>;
type Deps = { readonly clock: Clock; readonly options?: SecretClientOptions };

/** Secrets of an Azure Key Vault, kept for ten minutes. The client is loaded on the first request. */
export class KeyVaultSecretStore implements SecretStore, SecretExpiries {
  readonly #uri: string;
  readonly #credential: TokenCredential;
  readonly #deps: Deps;
  readonly #cache = new Map<SecretName, { value: Sealed<string>; until: number }>();
  #expiries: { found: Promise<Expiries>; until: number } | undefined;

  constructor(uri: string, credential: TokenCredential, deps: Deps) {
    this.#uri = uri;
    this.#credential = credential;
    this.#deps = deps;
  }

  async get(name: SecretName, { renewed = false } = {}): Promise<Sealed<string>> {
    const cached = this.#cache.get(name);
    if (!renewed && cached !== undefined && cached.until > this.#now()) return cached.value;
    const { value } = await valueOf((await this.#client()).getSecret(name));
    if (value === undefined) throw new SecretMissing(name, this.#uri);
    const sealed = seal(value);
    this.#cache.set(name, { value: sealed, until: this.#now() + CACHE_MS });
    return sealed;
  }

  /** One listing for all of them, every ten minutes at most. It has what is known of the secrets, and no value. */
  async expiries(): Promise<Expiries> {
    if (this.#expiries === undefined || this.#expiries.until <= this.#now())
      this.#expiries = { found: this.#list(), until: this.#now() + CACHE_MS };
    const asked = this.#expiries;
    try {
      return await asked.found;
    } catch (error) {
      asked.until = Math.min(asked.until, this.#now() + REFUSED_MS);
      throw error;
    }
  }

  async #list(): Promise<Expiries> {
    const found = new Map<SecretName, Date>();
    for await (const { name, enabled, expiresOn } of (await this.#client()).listPropertiesOfSecrets()) {
      const known = SECRET_NAMES.find((secret) => secret === name);
      // What is disabled is not used, and is missing already to whoever asks for it.
      if (known !== undefined && enabled !== false && expiresOn !== undefined) found.set(known, expiresOn);
    }
    return found;
  }

  async #client(): Promise<SecretClient> {
    const sdk = await import('@azure/keyvault-secrets');
    return new sdk.SecretClient(this.#uri, this.#credential, this.#deps.options);
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }
}

/** Nothing for a secret that the vault does not have, or has disabled. */
async function valueOf(secret: Promise<{ value?: string }>): Promise<{ value?: string }> {
  try {
    return await secret;
  } catch (error) {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (status === 404 || code === 'SecretDisabled') return {};
    throw error;
  }
}
