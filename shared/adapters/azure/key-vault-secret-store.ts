import type { TokenCredential } from '@azure/identity';
import type { SecretClient, SecretClientOptions } from '@azure/keyvault-secrets';
import type { Clock } from '../../ports/clock.ts';
import {
  SECRET_NAMES,
  type SecretAges,
  type SecretExpiries,
  SecretMissing,
  type SecretName,
  type SecretStore,
} from '../../ports/secret-store.ts';
import { type Sealed, seal } from '../../privacy/sealed.ts';

const CACHE_MS = 10 * 60_000;
/** A vault that does not tell when its secrets run out is not asked more often than this. */
const REFUSED_MS = 60_000;

type Days = ReadonlyMap<SecretName, Date>;
type Dates = { readonly expiries: Days; readonly changes: Days };
type Deps = { readonly clock: Clock; readonly options?: SecretClientOptions };

/** Secrets of an Azure Key Vault, kept for ten minutes. The client is loaded on the first request. */
export class KeyVaultSecretStore implements SecretStore, SecretExpiries, SecretAges {
  readonly #uri: string;
  readonly #credential: TokenCredential;
  readonly #deps: Deps;
  readonly #cache = new Map<SecretName, { value: Sealed<string>; until: number }>();
  #dates: { found: Promise<Dates>; until: number } | undefined;

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

  async expiries(): Promise<Days> {
    return (await this.#listed()).expiries;
  }

  async changes(): Promise<Days> {
    return (await this.#listed()).changes;
  }

  /** One listing for all of them, every ten minutes at most. It has what is known of the secrets, and no value. */
  async #listed(): Promise<Dates> {
    if (this.#dates === undefined || this.#dates.until <= this.#now())
      this.#dates = { found: this.#list(), until: this.#now() + CACHE_MS };
    const asked = this.#dates;
    try {
      return await asked.found;
    } catch (error) {
      asked.until = Math.min(asked.until, this.#now() + REFUSED_MS);
      throw error;
    }
  }

  async #list(): Promise<Dates> {
    const expiries = new Map<SecretName, Date>();
    const changes = new Map<SecretName, Date>();
    for await (const secret of (await this.#client()).listPropertiesOfSecrets()) {
      const { name, enabled, expiresOn, createdOn } = secret;
      const known = SECRET_NAMES.find((candidate) => candidate === name);
      // What is disabled is not used, and is missing already to whoever asks for it.
      if (known === undefined || enabled === false) continue;
      if (expiresOn !== undefined) expiries.set(known, expiresOn);
      // Of the newest version. `updatedOn` changes with a label too.
      if (createdOn !== undefined) changes.set(known, createdOn);
    }
    return { expiries, changes };
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
