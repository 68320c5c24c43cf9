import { type LastWalk, lastWalk } from '../access/last-walk.ts';
import { type OpenBreaker, openBreakers } from '../pipeline/data-quality.ts';
import { newestMart } from '../pipeline/newest-mart.ts';
import { describeError } from '../pipeline/work-stage.ts';
import type { Breakers } from '../ports/breakers.ts';
import type { CircuitState, Circuits } from '../ports/circuits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Deliveries, Delivery } from '../ports/deliveries.ts';
import type { Lake } from '../ports/lake.ts';
import type { Log } from '../ports/log.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { SourceState, SourceStates } from '../ports/source-states.ts';
import type { Family } from './alert-routes.ts';
import type { Condition } from './condition.ts';
import { conditionsOfAnomalies } from './conditions-of-drift.ts';
import { conditionsOfKpis } from './conditions-of-kpis.ts';
import { conditionsOfRuns } from './conditions-of-runs.ts';
import { conditionOfExpiry, type ExpiryDeps, expiringSecrets } from './secret-expiry.ts';

export type ConditionDeps = ExpiryDeps & {
  readonly lake: Lake;
  readonly ledger: RunLedger;
  readonly breakers: Breakers;
  readonly circuits: Circuits;
  readonly sourceStates: SourceStates;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  readonly log: Log;
};

/** A delivery may be late for so long before anybody is woken. */
const DELIVERY_LATE_MS = 60 * 60_000;

export type Found = {
  readonly conditions: readonly Condition[];
  /** Families of incidents that could not be looked for: nothing is known of them, which is not that they are over. */
  readonly blind: ReadonlySet<Family>;
};

/**
 * Everything that is wrong now, by looking at how things stand: nothing has to be heard at the moment it happens, so
 * that nothing is missed by a process that was away. Where one part cannot be looked at, the others are all the same.
 */
export async function findConditions(deps: ConditionDeps): Promise<Found> {
  const now = deps.clock.now();
  const looks: readonly Look[] = [
    {
      at: 'the numbers',
      families: ['kpi', 'compliance', 'data-drift'],
      find: async () => await ofNumbers(await newestMart({}, deps), deps),
    },
    {
      at: 'the ledger',
      families: ['run', 'compliance', 'schema-drift', 'data-drift', 'late', 'slow', 'errors'],
      find: async () => {
        const [runs, sources] = await Promise.all([deps.ledger.list(), deps.sourceStates.all()]);
        const pulls = sources.flatMap((source) => source.pulls.filter(({ outcome }) => outcome === 'failed'));
        return conditionsOfRuns(runs, pulls, now);
      },
    },
    {
      at: 'the breakers',
      families: ['stopped'],
      find: async () => openBreakers(await deps.breakers.all()).map(ofBreaker),
    },
    {
      at: 'the circuits',
      families: ['service'],
      find: async () => (await deps.circuits.all()).flatMap(conditionOfCircuit),
    },
    {
      at: 'the sources',
      families: ['credentials'],
      find: async () => conditionsOfSecrets(await deps.sourceStates.all()),
    },
    {
      at: 'the secrets',
      families: ['secret-expiry'],
      find: async () => (await expiringSecrets(deps)).map((secret) => conditionOfExpiry(secret, now)),
    },
    {
      at: 'the deliveries',
      families: ['delivery'],
      find: async () => {
        const found = await Promise.all([
          deps.deliveries.all({ status: 'due' }),
          deps.deliveries.all({ status: 'refused' }),
        ]);
        return conditionsOfDeliveries(found.flat(), now);
      },
    },
    {
      at: 'the access record',
      families: ['access'],
      find: async () => conditionsOfWalk(await lastWalk(deps.lake)),
    },
  ];
  const outcomes = await Promise.all(looks.map(async (look) => await lookAt(look, deps.log)));
  return {
    conditions: outcomes.flatMap(({ conditions }) => conditions),
    blind: new Set(outcomes.flatMap(({ blind }) => blind)),
  };
}

type Look = {
  readonly at: string;
  readonly families: readonly Family[];
  readonly find: () => Promise<readonly Condition[]>;
};

async function lookAt(
  { at, families, find }: Look,
  log: Log,
): Promise<{ readonly conditions: readonly Condition[]; readonly blind: readonly Family[] }> {
  try {
    return { conditions: await find(), blind: [] };
  } catch (error) {
    log.error('stage.failed', { stage: 'watch', error: describeError(error) });
    const title = `It cannot be seen whether anything is wrong: ${at} could not be read.`;
    const facts = { error: error instanceof Error ? error.name : 'error' };
    return {
      conditions: [{ kind: 'pipeline-failed', of: `watch.${at.replace('the ', '')}`, title, facts }],
      blind: families,
    };
  }
}

async function ofNumbers(
  newest: Awaited<ReturnType<typeof newestMart>>,
  deps: Pick<ConditionDeps, 'lake'>,
): Promise<readonly Condition[]> {
  if (newest === undefined) return [];
  return [...conditionsOfKpis(newest), ...(await conditionsOfAnomalies(newest.run, deps))];
}

function ofBreaker({ dataset, since }: OpenBreaker): Condition {
  const title = `${dataset} is stopped: its last files were bad. The last good numbers stand.`;
  return { kind: 'data-stopped', of: dataset, title, facts: { since } };
}

function conditionOfCircuit({ name, status, since, retryAt, reason = '' }: CircuitState): Condition[] {
  // What a person has isolated is known to that person.
  if (status !== 'open' && status !== 'probing') return [];
  const facts = { since, answer: reason, ...(retryAt !== undefined && { 'asked again': retryAt }) };
  return [
    { kind: 'service-down', of: name, title: `${name} failed too often and is left alone for now.`, facts },
  ];
}

/** One for each secret, however many datasets wait for it. */
function conditionsOfSecrets(sources: readonly SourceState[]): Condition[] {
  const stopped = sources.flatMap(({ dataset, pause }) =>
    pause?.kind === 'credentials' ? [{ dataset, secret: pause.secret, since: pause.since }] : [],
  );
  return [...Map.groupBy(stopped, ({ secret }) => secret)].map(([secret, waiting]) => ({
    kind: 'credentials',
    of: secret,
    title: `Secret ${secret} is missing or refused: ${waiting.map(({ dataset }) => dataset).join(', ')} no longer come in.`,
    facts: { secret, since: waiting.map(({ since }) => since).toSorted()[0] ?? '' },
  }));
}

function conditionsOfDeliveries(deliveries: readonly Delivery[], now: Date): Condition[] {
  const late = deliveries.filter(
    ({ status, tries, since, retryAt }) =>
      status === 'refused' ||
      (tries > 0 && now.getTime() - Date.parse(retryAt ?? since) > DELIVERY_LATE_MS) ||
      tries > 6,
  );
  return [...Map.groupBy(late, ({ destination }) => destination)].map(([destination, own]) => ({
    kind: 'delivery-failed',
    of: destination,
    title: `${own.length} results have not reached ${destination}.`,
    facts: { answer: own[0]?.detail?.slice(0, 200) ?? '' },
  }));
}

/** One for each place, so that a second one is told though the first is known. */
function conditionsOfWalk(walk: LastWalk | undefined): Condition[] {
  return (walk?.breaks ?? []).map(({ where, why, foundAt }) => ({
    kind: 'access-broken',
    of: where,
    title: `The access record is no longer what was written: ${where}: ${why}.`,
    facts: { found: foundAt, ...(walk?.moreBreaks && { 'more places': String(walk.moreBreaks) }) },
  }));
}
