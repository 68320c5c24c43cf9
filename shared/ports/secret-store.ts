import type { Sealed } from '../privacy/sealed.ts';

/** Secrets by name, sealed so that none can be logged. A missing secret is an error: nothing falls back to a weaker way. */
export interface SecretStore {
  /** `renewed` asks past every cache, for a secret that was refused. Throws SecretMissing. */
  get(name: SecretName, options?: { readonly renewed: boolean }): Promise<Sealed<string>>;
}

export type SecretName =
  | 'pseudonym-key'
  | 'cascade-session-cookie'
  | 'hubspot-api-key'
  | 'meta-system-user-token'
  | 'openlineage-api-key'
  | 'postgres-url'
  | 'slack-bot-token'
  | 'slack-webhook-reports'
  | 'pagerduty-routing-key'
  | 'communication-connection';

export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
  readonly secret: SecretName;
  constructor(secret: SecretName, where: string, options?: ErrorOptions) {
    super(`secret ${secret} is not in ${where}`, options);
    this.secret = secret;
  }
}
