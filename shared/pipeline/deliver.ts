import { createHash } from 'node:crypto';
import type { LocalDate } from '../domain/local-date.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type Deliveries,
  type Delivery,
  type DeliverySubject,
  type DestinationName,
  subjectId,
} from '../ports/deliveries.ts';
import type { Incident } from '../ports/incidents.ts';
import type { Lake } from '../ports/lake.ts';
import type { Log } from '../ports/log.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { SecretMissing } from '../ports/secret-store.ts';
import type { Content, Destination } from '../publishing/destinations/destination.ts';
import { CredentialsRefused, RequestRefused } from '../resilience/service-errors.ts';
import { CircuitOpen } from '../resilience/shared-circuit.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { waitsForNumbers } from './wait-for-numbers.ts';
import { describeError } from './work-stage.ts';

// Results on their way out. What is to be told is written down before the run ends; a timer sends a message for each
// that is due, and what cannot be delivered now stays due. So nothing is lost, however long a destination is away, and
// none holds another up.

export type PlanDeps = {
  readonly deliveries: Deliveries;
  /** Those that are in use. */
  readonly destinations: readonly Destination[];
  readonly clock: Clock;
};
export type DeliverDeps = PlanDeps & {
  readonly lake: Lake;
  readonly ledger: RunLedger;
  readonly log: Log;
  /** Without it everything is made and kept, and nothing is sent. */
  readonly sendsDeliveries: boolean;
};

export type DeliveryId = { readonly destination: DestinationName; readonly subject: DeliverySubject };

/** After this long a delivery that was begun is taken for lost with its process. */
const LOST_AFTER_MS = 5 * 60_000;
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 15 * 60_000;

/** Every destination that tells of runs has this attempt to tell. The same attempt twice changes nothing. */
export async function planRunDeliveries(
  { runId, attempt }: Pick<RunRecord, 'runId' | 'attempt'>,
  deps: PlanDeps,
): Promise<void> {
  await plan({ kind: 'run', runId, attempt }, 'run', deps);
}

/** Every destination that tells how things stand has this day to tell, once it has numbers. */
export async function planDayDeliveries(day: LocalDate, deps: PlanDeps): Promise<readonly DeliveryId[]> {
  return await plan({ kind: 'day', day }, 'day', deps);
}

/** Every destination that tells what the duties of a day have found has it to tell. */
export async function planDutyDeliveries(day: LocalDate, deps: PlanDeps): Promise<readonly DeliveryId[]> {
  return await plan({ kind: 'day', day }, 'duties', deps);
}

/** Every destination that tells what is wrong has this change of an incident to tell. */
export async function planIncidentDeliveries(
  { id, change }: Pick<Incident, 'id' | 'change'>,
  deps: PlanDeps,
): Promise<readonly DeliveryId[]> {
  return await plan({ kind: 'incident', incident: id, change }, 'incident', deps);
}

async function plan(
  given: DeliverySubject,
  about: Destination['tells'],
  { deliveries, destinations, clock }: PlanDeps,
): Promise<readonly DeliveryId[]> {
  const since = clock.now().toISOString();
  const planned: DeliveryId[] = [];
  for (const { name: destination, tells, standsInFor, tellsFor } of destinations) {
    if (tells !== about || standsInFor !== undefined) continue;
    const subject = tellsFor === undefined ? given : subjectFor(tellsFor, given);
    if (subject === undefined) continue;
    const waits = about === 'day' ? ({ waits: 'for numbers' } as const) : {};
    await deliveries.save(
      { destination, subject, status: 'due', tries: 0, since, plannedAt: since, ...waits },
      undefined,
    );
    planned.push({ destination, subject });
  }
  return planned;
}

function subjectFor(
  tellsFor: NonNullable<Destination['tellsFor']>,
  given: DeliverySubject,
): DeliverySubject | undefined {
  if (given.kind !== 'day') return given;
  const day = tellsFor(given.day);
  return day && { kind: 'day', day };
}

/** After so many tries in vain somebody else tells it too. */
const TRIES_BEFORE_STAND_IN = 3;

/** What a destination could not be told is told by the one that stands in for it. */
export async function planStandIns({
  deliveries,
  destinations,
  clock,
}: PlanDeps): Promise<readonly DeliveryId[]> {
  const since = clock.now().toISOString();
  const planned: DeliveryId[] = [];
  for (const { name, standsInFor } of destinations) {
    if (standsInFor === undefined) continue;
    const of = { destination: standsInFor };
    const due = await deliveries.all({ ...of, status: 'due' });
    const late = due.filter(({ tries }) => tries >= TRIES_BEFORE_STAND_IN);
    for (const { subject } of [...(await deliveries.all({ ...of, status: 'refused' })), ...late]) {
      const delivery = {
        destination: name,
        subject,
        status: 'due',
        tries: 0,
        since,
        plannedAt: since,
      } as const;
      if ((await deliveries.save(delivery, undefined)) === 'saved')
        planned.push({ destination: name, subject });
    }
  }
  return planned;
}

/** What is due now, and what was begun and never heard of again. */
export async function dueDeliveries({ deliveries, clock }: PlanDeps): Promise<readonly DeliveryId[]> {
  const now = clock.now().getTime();
  const [due, sending] = await Promise.all([
    deliveries.all({ status: 'due' }),
    deliveries.all({ status: 'sending' }),
  ]);
  return [
    ...due.filter(({ retryAt }) => retryAt === undefined || Date.parse(retryAt) <= now),
    ...sending.filter(({ since }) => Date.parse(since) + LOST_AFTER_MS <= now),
  ];
}

/** Sends one, once: of several messages for it one does the work. Returns how it stands afterwards. */
export async function deliver(id: DeliveryId, deps: DeliverDeps): Promise<Delivery | undefined> {
  const { clock, log } = deps;
  const destination = deps.destinations.find(({ name }) => name === id.destination);
  const began = await amendDelivery(id, deps, (delivery) => begun(delivery, clock.now()));
  if (!began.changed || began.delivery === undefined) return began.delivery;
  const own = began.delivery;
  const fields = { destination: id.destination, subject: subjectId(id.subject) };
  const at = () => clock.now().toISOString();
  let sent: Pick<Delivery, 'path' | 'sha256'>;
  try {
    if (destination === undefined)
      return await end({ status: 'skipped', detail: 'The destination is not in use.' });
    if (await waitsForNumbers(own, deps))
      return await end({
        status: 'due',
        tries: own.tries - 1,
        detail: 'The day has no numbers yet.',
      });
    const content = await destination.render(id.subject);
    if (content === undefined) return await end({ status: 'skipped', detail: 'There was nothing to tell.' });
    const path = await keep(content, id, deps.lake);
    const sha256 = createHash('sha256').update(content.body).digest('hex');
    if (!deps.sendsDeliveries)
      return await end({ status: 'skipped', detail: 'Kept and not sent: DELIVERIES is keep.', path, sha256 });
    await destination.send(content, id.subject);
    sent = { path, sha256 };
  } catch (error) {
    const detail = describeError(error);
    if (error instanceof RequestRefused) {
      log.error('delivery.refused', { ...fields, detail });
      return await end({ status: 'refused', detail });
    }
    const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (own.tries - 1));
    const needsSomebody = error instanceof SecretMissing || error instanceof CredentialsRefused;
    if (needsSomebody || !(error instanceof CircuitOpen))
      log[needsSomebody ? 'error' : 'warn']('delivery.delayed', { ...fields, detail });
    return await end({
      status: 'due',
      detail,
      retryAt: new Date(clock.now().getTime() + waitMs).toISOString(),
    });
  }
  // What cannot be noted now was sent all the same: it is no failure of the destination, and not due again.
  log.info('delivery.sent', fields);
  const noted = await amendDelivery(id, deps, (delivery) =>
    delivery !== undefined && isSameSeries(delivery, own)
      ? { ...plain(delivery), ...sent, status: 'delivered', since: at() }
      : undefined,
  );
  return noted.delivery;

  async function end(outcome: Pick<Delivery, 'status'> & Partial<Delivery>): Promise<Delivery | undefined> {
    const ended = await amendDelivery(id, deps, (delivery) =>
      delivery !== undefined && isOurs(delivery, own)
        ? { ...plain(delivery), ...outcome, since: at() }
        : undefined,
    );
    return ended.delivery;
  }
}

/** Nobody has taken it over because we took too long: then it is for him to say that it failed. */
function isOurs({ status, tries, since }: Delivery, own: Delivery): boolean {
  return status === 'sending' && tries === own.tries && since === own.since;
}

/** It has arrived, whoever else is at it or has failed since; unless it was asked for once more, by hand. */
function isSameSeries({ status, tries }: Delivery, own: Delivery): boolean {
  return status === 'sending' || (status === 'due' && tries >= own.tries);
}

/** The content as it would be sent, and nothing is. */
export async function previewDelivery(
  id: DeliveryId,
  { destinations }: Pick<PlanDeps, 'destinations'>,
): Promise<Content | undefined> {
  return await destinations.find(({ name }) => name === id.destination)?.render(id.subject);
}

/** Due again, and waiting for nothing, whatever became of it before; undefined for one that was never planned. */
export async function resendDelivery(id: DeliveryId, deps: PlanDeps): Promise<Delivery | undefined> {
  const since = deps.clock.now().toISOString();
  const { delivery } = await amendDelivery(id, deps, (found) =>
    found === undefined ? undefined : { ...withoutWait(plain(found)), status: 'due', tries: 0, since },
  );
  return delivery;
}

function withoutWait({ waits: _waits, ...delivery }: Delivery): Delivery {
  return delivery;
}

/** Undefined when there is nothing to do: it is delivered, or somebody is at it. */
function begun(delivery: Delivery | undefined, now: Date): Delivery | undefined {
  if (delivery === undefined) return undefined;
  const isLost = delivery.status === 'sending' && Date.parse(delivery.since) + LOST_AFTER_MS <= now.getTime();
  if (delivery.status !== 'due' && !isLost) return undefined;
  return { ...plain(delivery), status: 'sending', tries: delivery.tries + 1, since: now.toISOString() };
}

/** Without what was said of the try before. */
function plain({ destination, subject, status, tries, since, plannedAt, waits }: Delivery): Delivery {
  return { destination, subject, status, tries, since, plannedAt, ...(waits && { waits }) };
}

/** What was sent can be looked up later; content holds aggregates and tokens alone. */
async function keep(
  { body, contentType }: Content,
  { destination, subject }: DeliveryId,
  lake: Lake,
): Promise<string> {
  const extension = contentType === 'application/json' ? 'json' : 'ndjson';
  const path = `deliveries/${destination}/${subjectId(subject)}.${extension}`;
  await lake.write('reports', path, body, { contentType });
  return path;
}

async function amendDelivery(
  id: DeliveryId,
  { deliveries }: Pick<PlanDeps, 'deliveries'>,
  change: (delivery: Delivery | undefined) => Delivery | undefined,
): Promise<{ readonly delivery: Delivery | undefined; readonly changed: boolean }> {
  for (;;) {
    const found = await deliveries.get(id);
    const changed = change(found?.value);
    if (changed === undefined) return { delivery: found?.value, changed: false };
    if ((await deliveries.save(changed, found?.version)) === 'saved')
      return { delivery: changed, changed: true };
  }
}
