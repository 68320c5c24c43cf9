import { watch } from '../../shared/alerting/watch.ts';
import type { Deps } from '../../shared/app.ts';
import { type DeliveryId, deliver, dueDeliveries } from '../../shared/pipeline/deliver.ts';
import { ingestFile } from '../../shared/pipeline/ingest.ts';
import type { StageMessage } from '../../shared/pipeline/stage-message.ts';
import { sweepLanding } from '../../shared/pipeline/sweep-landing.ts';
import { duePulls, pullDataset } from '../../shared/sources/pull-dataset.ts';
import { type PullMessage, pullMessages, windowOf } from '../../shared/sources/pull-message.ts';
import { workOn } from '../support/a-pipeline.ts';
import { SOURCES, type SoakWorld } from './soak-world.ts';

// The queues, the timers and the events of storage, worked in this process: what a message has others do joins them.

export type Message =
  | { readonly kind: 'pull'; readonly message: PullMessage }
  | { readonly kind: 'landed'; readonly path: string }
  | { readonly kind: 'stage'; readonly message: StageMessage }
  | { readonly kind: 'deliver'; readonly id: DeliveryId };

/** What every source has, one message for each dataset, as the timers of the sources send them. */
export function scheduledPulls({ deps, pulls }: SoakWorld): Message[] {
  return SOURCES.flatMap((source) => pullMessages(deps.sourceClient(source), `schedule of ${source}`))
    .filter(({ dataset }) => pulls(dataset))
    .map((message) => ({ kind: 'pull', message }));
}

/** The timers that come every minute, and the sweep. */
export async function timers(deps: Deps): Promise<Message[]> {
  const [pulls, due, swept] = [await duePulls(deps), await dueDeliveries(deps), await sweepLanding(deps)];
  const told = await watch(deps);
  return [
    ...pulls.map((message) => ({ kind: 'pull', message }) as const),
    ...swept.next.map((message) => ({ kind: 'stage', message }) as const),
    ...asMessages([...due, ...told]),
  ];
}

export function asMessages(ids: readonly DeliveryId[]): Message[] {
  return ids.map((id) => ({ kind: 'deliver', id }));
}

/** One delivery of a message. Returns what the host sends on once it is over. */
export async function work(message: Message, deps: Deps): Promise<Message[]> {
  switch (message.kind) {
    case 'pull':
      await pullDataset({ ...message.message, window: windowOf(message.message) }, deps);
      return [];
    case 'landed':
      return asStages((await ingestFile({ path: message.path }, deps)).next);
    case 'stage':
      return asStages((await workOn(message.message, deps)).next);
    case 'deliver':
      await deliver(message.id, deps);
      return [];
  }
}

function asStages(messages: readonly StageMessage[]): Message[] {
  return messages.map((message) => ({ kind: 'stage', message }));
}

/** As many as one instance of the host takes at a time. */
const AT_ONCE = 16;
const MOST_TRIES = 5;

/** Works everything until nothing follows, by the instances in turn. A message that fails comes again, five times. */
export async function runOut(world: SoakWorld, first: readonly Message[]): Promise<void> {
  const waiting = first.map((message) => ({ message, tries: 0 }));
  const running = new Set<Promise<void>>();
  let nth = 0;
  const one = async (entry: { readonly message: Message; readonly tries: number }): Promise<void> => {
    nth += 1;
    const deps = world.instances[nth % world.instances.length] ?? world.deps;
    try {
      const next = await work(entry.message, deps);
      waiting.push(...next.map((message) => ({ message, tries: 0 })));
    } catch (error) {
      if (entry.tries + 1 >= MOST_TRIES)
        throw new Error(`a message is poison: ${JSON.stringify(entry.message)}`, { cause: error });
      waiting.push({ message: entry.message, tries: entry.tries + 1 });
    }
    for (const path of world.landed.splice(0)) waiting.push({ message: { kind: 'landed', path }, tries: 0 });
  };
  while (waiting.length + running.size > 0) {
    while (running.size < AT_ONCE && waiting.length > 0) {
      const entry = waiting.shift();
      if (entry === undefined) break;
      const done: Promise<void> = one(entry).finally(() => running.delete(done));
      running.add(done);
    }
    await Promise.race(running);
  }
}

const MINUTE = 60_000;

/** The next full minute, in which the timers are due. */
export function nextMinute(world: SoakWorld): Date {
  return new Date(Math.floor(world.now().getTime() / MINUTE) * MINUTE + MINUTE);
}

/** Nothing is under way, nothing is due, and nothing will be asked again. */
export async function isSettled({ deliveries, ledger, sourceStates }: Deps): Promise<boolean> {
  const [due, sending, running, states] = await Promise.all([
    deliveries.all({ status: 'due' }),
    deliveries.all({ status: 'sending' }),
    ledger.list({ status: 'running' }),
    sourceStates.all(),
  ]);
  return (
    due.length + sending.length + running.length === 0 && states.every(({ retry }) => retry === undefined)
  );
}
