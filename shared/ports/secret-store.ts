import type { Sealed } from '../privacy/sealed.ts';

/** Secrets by name, sealed so that none can be logged. A missing secret is an error: nothing falls back to a weaker way. */
export interface SecretStore {
  /** `renewed` asks past every cache, for a secret that was refused. Throws SecretMissing. */
  get(name: SecretName, options?: { readonly renewed: boolean }): Promise<Sealed<string>>;
}

/** When secrets run out, for whoever watches them. */
export interface SecretExpiries {
  /** Of those that say so, when each runs out. No value is read for it. */
  expiries(): Promise<ReadonlyMap<SecretName, Date>>;
}

/** How old secrets are, for whoever renews them. */
export interface SecretAges {
  /** Of those that say so, when each was last given a value. No value is read for it. */
  changes(): Promise<ReadonlyMap<SecretName, Date>>;
}

export const SECRET_NAMES = [
  'pseudonym-key',
  'cascade-session-cookie',
  'hubspot-api-key',
  'meta-system-user-token',
  'openlineage-api-key',
  'postgres-url',
  'slack-bot-token',
  'slack-webhook-reports',
  'slack-webhook-executive-briefing',
  'slack-webhook-risk-monitoring',
  'slack-webhook-compliance-team',
  'slack-webhook-devops-alerts',
  'pagerduty-routing-key',
  'communication-connection',
  'notion-token',
  'figma-token',
  'openai-api-key',
] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
  readonly secret: SecretName;
  constructor(secret: SecretName, where: string, options?: ErrorOptions) {
    super(`secret ${secret} is not in ${where}`, options);
    this.secret = secret;
  }
}
