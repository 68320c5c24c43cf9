import { EXPIRY_LIMITS, SECRET_USES } from '../alerting/secret-expiry.ts';
import { type HealthCheck, kindOf, runCheck } from '../pipeline/health.ts';
import type { Clock } from '../ports/clock.ts';
import type { DestinationName } from '../ports/deliveries.ts';
import {
  SECRET_NAMES,
  type SecretAges,
  type SecretExpiries,
  SecretMissing,
  type SecretName,
  type SecretStore,
} from '../ports/secret-store.ts';
import type { SourceName } from '../ports/source-client.ts';
import { SourceName as SourceNames } from '../ports/source-client.ts';
import { pseudonymiser } from '../privacy/pseudonym.ts';
import type { Finding } from './finding.ts';

// Secrets, and the sources and destinations that cannot do without. Their values are read and never shown.

const DAY_MS = 86_400_000;
/** What does not run out by itself is renewed once a year all the same. */
const OLD_DAYS = 365;

export type ProbedSecrets = {
  readonly secrets: SecretStore & SecretExpiries & SecretAges;
  readonly destinationsInUse: readonly DestinationName[];
  /** Settings that a source cannot do without and does not have. */
  readonly sourcesLack: Readonly<Partial<Record<SourceName, string>>>;
  readonly clock: Clock;
  readonly patienceMs: number;
};

type Known = { readonly secret: SecretName; readonly error?: unknown };

const SECRET_OF: Readonly<Record<SourceName, SecretName>> = {
  cascade: 'cascade-session-cookie',
  hubspot: 'hubspot-api-key',
  meta: 'meta-system-user-token',
};

export async function secretFindings(probed: ProbedSecrets): Promise<readonly Finding[]> {
  const { secrets, patienceMs } = probed;
  const known = await Promise.all(SECRET_NAMES.map((secret) => look(secret, probed)));
  let expiries: ReadonlyMap<SecretName, Date> = new Map();
  let ages: ReadonlyMap<SecretName, Date> = new Map();
  const listing: HealthCheck = {
    name: 'dates',
    check: async () => {
      [expiries, ages] = await Promise.all([secrets.expiries(), secrets.changes()]);
    },
  };
  const { error } = await runCheck(listing, patienceMs);
  const dates = { expiries, ages, now: probed.clock.now().getTime() };
  return [
    ...(error === undefined ? [] : [listingFinding(error)]),
    ...known.flatMap((one) => secretFinding(one, dates)),
    ...SourceNames.options.map((source) => sourceFinding(source, known, probed)),
    ...probed.destinationsInUse.flatMap((name) => destinationFinding(name, known)),
  ];
}

async function look(secret: SecretName, { secrets, patienceMs }: ProbedSecrets): Promise<Known> {
  const check = async (): Promise<void> => {
    const value = await secrets.get(secret);
    // A key that is too short is as good as none.
    if (secret === 'pseudonym-key') pseudonymiser(value);
  };
  const { error } = await runCheck({ name: secret, check }, patienceMs);
  return error === undefined ? { secret } : { secret, error };
}

function listingFinding(error: unknown): Finding {
  return {
    area: 'secrets',
    name: 'dates of secrets',
    state: 'warning',
    detail: `when they run out is not known: ${kindOf(error)}`,
    next: roleAdvice(error),
  };
}

/** Nothing on a secret that nobody has put in: the source or destination that lacks it says so. */
function secretFinding(
  { secret, error }: Known,
  {
    expiries,
    ages,
    now,
  }: { expiries: ReadonlyMap<SecretName, Date>; ages: ReadonlyMap<SecretName, Date>; now: number },
): Finding[] {
  const base = { area: 'secrets', name: `secret ${secret}` } as const;
  if (error instanceof SecretMissing) {
    if (secret !== 'pseudonym-key') return [];
    const next = 'Put it into the vault as <version>:<key>, or locally into PII_KEY: infra/README.md';
    return [{ ...base, state: 'wrong', detail: 'missing, and no file with personal data can be read', next }];
  }
  if (error !== undefined)
    return [{ ...base, state: 'wrong', detail: kindOf(error), next: roleAdvice(error) }];
  const days = (ms: number): number => Math.floor(ms / DAY_MS);
  const expiry = expiries.get(secret);
  const changed = ages.get(secret);
  const age = changed === undefined ? undefined : days(now - changed.getTime());
  const left = expiry === undefined ? undefined : days(expiry.getTime() - now);
  const detail = [
    age === undefined ? 'there' : `${age} days old`,
    ...(left === undefined ? (age === undefined ? [] : ['does not run out']) : [daysLeft(left)]),
  ].join(', ');
  const { warningDays } = EXPIRY_LIMITS;
  const isOut = left !== undefined && left < 0;
  const isOld = left === undefined && age !== undefined && age > OLD_DAYS;
  if (!isOut && !isOld && (left === undefined || left > warningDays))
    return [{ ...base, state: 'ok', detail }];
  const next = `${SECRET_USES[secret].renewal}: docs/runbooks/secret-expiry.md`;
  return [{ ...base, state: isOut ? 'wrong' : 'warning', detail, next }];
}

function daysLeft(days: number): string {
  return days < 0 ? `ran out ${-days} days ago` : `runs out in ${days} days`;
}

function sourceFinding(source: SourceName, known: readonly Known[], { sourcesLack }: ProbedSecrets): Finding {
  const base = { area: 'sources', name: `source ${source}` } as const;
  const secret = SECRET_OF[source];
  const missing = known.find((one) => one.secret === secret)?.error !== undefined;
  const lacks = [
    ...(missing ? [`secret ${secret}`] : []),
    ...(sourcesLack[source] === undefined ? [] : [`setting ${sourcesLack[source]}`]),
  ];
  if (lacks.length === 0) return { ...base, state: 'ok', detail: 'configured' };
  return { ...base, state: 'off', detail: `not pulled: it has no ${lacks.join(' and no ')}` };
}

/** Of several secrets one is enough: a bot, or the webhooks of channels. */
function destinationFinding(name: DestinationName, known: readonly Known[]): Finding[] {
  const base = { area: 'destinations', name: `destination ${name}` } as const;
  const wanted = SECRET_NAMES.filter((secret) => SECRET_USES[secret].destinations?.includes(name) === true);
  const found = wanted.filter((secret) =>
    known.some((one) => one.secret === secret && one.error === undefined),
  );
  // Some need none: an open endpoint, or an identity.
  const isOptional = name === 'lineage' || name === 'insights' || name.startsWith('email');
  if (found.length > 0 || wanted.length === 0) return [{ ...base, state: 'ok', detail: 'in use' }];
  if (isOptional) return [{ ...base, state: 'ok', detail: `in use, without secret ${wanted.join(' or ')}` }];
  return [
    {
      ...base,
      state: 'wrong',
      detail: `in DESTINATIONS, and it has no secret ${wanted.join(' or ')}`,
      next: 'Put one of them into the vault, or take it out of DESTINATIONS',
    },
  ];
}

function roleAdvice(error: unknown): string {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return status === 403
    ? 'Assign role Key Vault Secrets User on the vault: infra/modules/key-vault.bicep does'
    : 'Check KEY_VAULT_URI, the identity, and the firewall of the vault';
}
