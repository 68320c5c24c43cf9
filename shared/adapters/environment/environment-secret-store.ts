import {
  type SecretAges,
  type SecretExpiries,
  SecretMissing,
  type SecretName,
  type SecretStore,
} from '../../ports/secret-store.ts';
import { type Sealed, seal } from '../../privacy/sealed.ts';

/** Where each secret stands, the former name last. */
const VARIABLES: Readonly<Record<SecretName, readonly string[]>> = {
  'pseudonym-key': ['PII_KEY', 'PSEUDONYM_KEY'],
  'cascade-session-cookie': ['CASCADE_SESSION_COOKIE'],
  'hubspot-api-key': ['HUBSPOT_API_KEY'],
  'meta-system-user-token': ['META_SYSTEM_USER_TOKEN', 'META_ACCESS_TOKEN'],
  'openlineage-api-key': ['OPENLINEAGE_API_KEY'],
  'postgres-url': ['SUPABASE_DB_URL', 'DATABASE_URL'],
  'slack-bot-token': ['SLACK_BOT_TOKEN'],
  'slack-webhook-reports': ['SLACK_WEBHOOK_TOKEN'],
  'slack-webhook-executive-briefing': ['SLACK_WEBHOOK_EXECUTIVE_BRIEFING'],
  'slack-webhook-risk-monitoring': ['SLACK_WEBHOOK_RISK_MONITORING'],
  'slack-webhook-compliance-team': ['SLACK_WEBHOOK_COMPLIANCE_TEAM'],
  'slack-webhook-devops-alerts': ['SLACK_WEBHOOK_DEVOPS_ALERTS'],
  'pagerduty-routing-key': ['PAGERDUTY_ROUTING_KEY'],
  'communication-connection': ['COMMUNICATION_CONNECTION'],
  'notion-token': ['NOTION_TOKEN', 'NOTION_API_KEY'],
  'figma-token': ['FIGMA_TOKEN'],
  'openai-api-key': ['OPENAI_API_KEY', 'AZURE_OPENAI_API_KEY'],
};

/** Secrets of a developer's machine, from environment variables. */
export class EnvironmentSecretStore implements SecretStore, SecretExpiries, SecretAges {
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  get(name: SecretName): Promise<Sealed<string>> {
    const variables = VARIABLES[name];
    const value = variables.map((variable) => this.#env[variable]).find(Boolean);
    if (!value) return Promise.reject(new SecretMissing(name, `the environment (${variables[0]})`));
    return Promise.resolve(seal(value));
  }

  /** A variable does not say when it runs out. */
  expiries(): Promise<ReadonlyMap<SecretName, Date>> {
    return Promise.resolve(new Map());
  }

  /** Nor since when it is what it is. */
  changes(): Promise<ReadonlyMap<SecretName, Date>> {
    return Promise.resolve(new Map());
  }
}
