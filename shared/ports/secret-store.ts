import type { Sealed } from '../privacy/sealed.ts';

/** Secrets by name, sealed so that none can be logged. A missing secret is an error: nothing falls back to a weaker way. */
export interface SecretStore {
  /** Throws SecretMissing. */
  get(name: SecretName): Promise<Sealed<string>>;
}

export type SecretName = 'pseudonym-key';

export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
  constructor(secret: SecretName, where: string, options?: ErrorOptions) {
    super(`secret ${secret} is not in ${where}`, options);
  }
}
