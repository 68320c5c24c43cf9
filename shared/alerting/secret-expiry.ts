import type { Clock } from '../ports/clock.ts';
import type { DestinationName } from '../ports/deliveries.ts';
import type { SecretExpiries, SecretName } from '../ports/secret-store.ts';
import type { Condition } from './condition.ts';

// Secrets that are about to run out, by what the vault says of them. That one was refused is seen where it is used; this
// is to renew them before.

const DAY_MS = 86_400_000;
/** Days that are left. */
export const EXPIRY_LIMITS = { warningDays: 14, criticalDays: 3 } as const;

type SecretUse = {
  /** What comes in, or is worked on, with it. */
  readonly source?: string;
  /** Those that send with it: nobody misses it while none of them is in use. */
  readonly destinations?: readonly DestinationName[];
  readonly renewal: string;
};

const SLACK = ['slack', 'alerts', 'briefing', 'digest'] as const satisfies readonly DestinationName[];
const WEBHOOK = 'Add a webhook for the same channel to the app in Slack';

/** What needs each secret, and where a new one comes from. */
export const SECRET_USES: Readonly<Record<SecretName, SecretUse>> = {
  'pseudonym-key': {
    source: 'every file with personal data',
    renewal: 'Decide with compliance on the next version of the key',
  },
  'cascade-session-cookie': {
    source: 'source cascade',
    renewal: 'Log in to Cascade and take the new session',
  },
  'hubspot-api-key': {
    source: 'source hubspot',
    renewal: 'Rotate the token of the private app in HubSpot',
  },
  'meta-system-user-token': {
    source: 'source meta',
    renewal: 'Make a new token for the system user in the settings of the business at Meta',
  },
  'openlineage-api-key': {
    destinations: ['lineage'],
    renewal: 'Have the owner of the lineage endpoint make a new key',
  },
  'postgres-url': {
    destinations: ['postgres'],
    renewal: 'Have the owner of the database set a new password, and put it into the address',
  },
  'slack-bot-token': { destinations: SLACK, renewal: 'Rotate the token of the bot in Slack' },
  'slack-webhook-reports': { destinations: ['slack'], renewal: WEBHOOK },
  'slack-webhook-executive-briefing': { destinations: ['alerts', 'briefing'], renewal: WEBHOOK },
  'slack-webhook-risk-monitoring': { destinations: ['alerts'], renewal: WEBHOOK },
  'slack-webhook-compliance-team': { destinations: ['alerts'], renewal: WEBHOOK },
  'slack-webhook-devops-alerts': { destinations: ['alerts', 'digest'], renewal: WEBHOOK },
  'pagerduty-routing-key': {
    destinations: ['pagerduty'],
    renewal: 'Make a new integration key for the service in PagerDuty',
  },
  'communication-connection': {
    destinations: ['email', 'email-alerts', 'email-digest', 'email-monthly'],
    renewal: 'Regenerate the key of the Communication Services resource',
  },
  'notion-token': {
    destinations: ['notion'],
    renewal: 'Refresh the secret of the integration in Notion',
  },
  'figma-token': {
    destinations: ['figma'],
    renewal: 'Generate a personal access token with the same scopes in Figma',
  },
  'openai-api-key': {
    destinations: ['insights'],
    renewal: 'Make a new key at OpenAI, or regenerate the other one of the resource in Azure',
  },
};

export type ExpiringSecret = {
  readonly secret: SecretName;
  readonly expiresAt: string;
  readonly state: 'runs-out' | 'runs-out-soon' | 'expired';
  /** `source hubspot`, `destination slack`. */
  readonly neededBy: readonly string[];
};

export type ExpiryDeps = {
  readonly secrets: SecretExpiries;
  /** Those that are in use. */
  readonly destinations: readonly { readonly name: DestinationName }[];
  readonly clock: Clock;
};

/** Those with 14 days or less to go that something in use needs, the next to run out first. */
export async function expiringSecrets({
  secrets,
  destinations,
  clock,
}: ExpiryDeps): Promise<readonly ExpiringSecret[]> {
  const now = clock.now().getTime();
  const inUse = new Set(destinations.map(({ name }) => name));
  return [...(await secrets.expiries())]
    .filter(([, at]) => at.getTime() - now <= EXPIRY_LIMITS.warningDays * DAY_MS)
    .toSorted(([, a], [, b]) => a.getTime() - b.getTime())
    .map(([secret, at]) => ({
      secret,
      expiresAt: at.toISOString(),
      state: stateOf(at.getTime() - now),
      neededBy: neededBy(SECRET_USES[secret], inUse),
    }))
    .filter(({ neededBy: needed }) => needed.length > 0);
}

function stateOf(leftMs: number): ExpiringSecret['state'] {
  if (leftMs <= 0) return 'expired';
  return leftMs <= EXPIRY_LIMITS.criticalDays * DAY_MS ? 'runs-out-soon' : 'runs-out';
}

function neededBy({ source, destinations = [] }: SecretUse, inUse: ReadonlySet<DestinationName>): string[] {
  const sending = destinations.filter((name) => inUse.has(name)).map((name) => `destination ${name}`);
  return source === undefined ? sending : [source, ...sending];
}

/** One for each secret, which grows worse as its day comes near. */
export function conditionOfExpiry(
  { secret, expiresAt, state, neededBy: needed }: ExpiringSecret,
  now: Date,
): Condition {
  const day = expiresAt.slice(0, 10);
  const days = Math.floor((Date.parse(expiresAt) - now.getTime()) / DAY_MS);
  const left = days === 0 ? 'in less than a day' : days === 1 ? 'in 1 day' : `in ${days} days`;
  const runsOut = state === 'expired' ? `ran out on ${day}` : `runs out ${left}, on ${day}`;
  return {
    kind: state === 'runs-out' ? 'secret-expiry-warning' : 'secret-expiry-critical',
    of: secret,
    title: `Secret ${secret} ${runsOut}.`,
    facts: {
      secret,
      'runs out': expiresAt,
      'needed by': needed.join(', '),
      'to do': `${SECRET_USES[secret].renewal}; put it into the vault as a new version of ${secret}, with the day it runs out.`,
    },
  };
}
