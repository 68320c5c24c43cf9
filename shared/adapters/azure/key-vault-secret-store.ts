import type { TokenCredential } from '@azure/identity';
import { SecretMissing, type SecretName, type SecretStore } from '../../ports/secret-store.ts';
import { type Sealed, seal } from '../../privacy/sealed.ts';

const CACHE_MS = 10 * 60_000;

/** Secrets of an Azure Key Vault, kept for ten minutes. The client is loaded on the first request. */
export class KeyVaultSecretStore implements SecretStore {
  readonly #uri: string;
  readonly #credential: TokenCredential;
  readonly #cache = new Map<SecretName, { value: Sealed<string>; until: number }>();

  constructor(uri: string, credential: TokenCredential) {
    this.#uri = uri;
    this.#credential = credential;
  }

  async get(name: SecretName, { renewed = false } = {}): Promise<Sealed<string>> {
    const cached = this.#cache.get(name);
    if (!renewed && cached !== undefined && cached.until > Date.now()) return cached.value;
    const { SecretClient } = await import('@azure/keyvault-secrets');
    const { value } = await valueOf(new SecretClient(this.#uri, this.#credential).getSecret(name));
    if (value === undefined) throw new SecretMissing(name, this.#uri);
    const sealed = seal(value);
    this.#cache.set(name, { value: sealed, until: Date.now() + CACHE_MS });
    return sealed;
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
