import { openBreakers } from '../pipeline/data-quality.ts';
import { newestMart } from '../pipeline/newest-mart.ts';
import type { Breakers } from '../ports/breakers.ts';
import type { CircuitState, Circuits } from '../ports/circuits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Deliveries, Delivery } from '../ports/deliveries.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { SourceState, SourceStates } from '../ports/source-states.ts';
import type { Condition } from './condition.ts';
import { conditionsOfKpis } from './conditions-of-kpis.ts';
import { conditionsOfRuns } from './conditions-of-runs.ts';

export type ConditionDeps = {
  readonly lake: Lake;
  readonly ledger: RunLedger;
  readonly breakers: Breakers;
  readonly circuits: Circuits;
  readonly sourceStates: SourceStates;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
};

/** A delivery may be late for so long before anybody is woken. */
const DELIVERY_LATE_MS = 60 * 60_000;

/**
 * Everything that is wrong now, by looking at how things stand: nothing has to be heard at the moment it happens, so
 * that nothing is missed by a process that was away.
 */
export async function findConditions(deps: ConditionDeps): Promise<readonly Condition[]> {
  const now = deps.clock.now();
  const [newest, runs, breakers, circuits, sources, deliveries] = await Promise.all([
    newestMart({}, deps),
    deps.ledger.list(),
    deps.breakers.all(),
    deps.circuits.all(),
    deps.sourceStates.all(),
    Promise.all([deps.deliveries.all({ status: 'due' }), deps.deliveries.all({ status: 'refused' })]),
  ]);
  const failedPulls = sources.flatMap(({ pulls }) => pulls.filter(({ outcome }) => outcome === 'failed'));
  return [
    ...(newest === undefined ? [] : conditionsOfKpis(newest)),
    ...conditionsOfRuns(runs, failedPulls, now),
    ...openBreakers(breakers).map(
      ({ dataset, since }): Condition => ({
        kind: 'data-stopped',
        of: dataset,
        title: `${dataset} is stopped: its last files were bad. The last good numbers stand.`,
        facts: { since },
      }),
    ),
    ...circuits.flatMap(conditionOfCircuit),
    ...conditionsOfSecrets(sources),
    ...conditionsOfDeliveries(deliveries.flat(), now),
  ];
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
