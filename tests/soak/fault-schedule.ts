import { type Random, seededRandom } from '../../local/generate/random.ts';
import type { Deps } from '../../shared/app.ts';
import { planDayDeliveries } from '../../shared/pipeline/deliver.ts';
import type { DestinationName } from '../../shared/ports/deliveries.ts';
import { settleState } from '../../shared/sources/pull-dataset.ts';
import { type Held, holdAt } from '../support/held-delivery.ts';
import { dyingAt, ProcessDied } from '../support/port-faults.ts';
import { IN_SLACK } from './soak-checks.ts';
import { asMessages, isSettled, type Message, scheduledPulls, timers, work } from './soak-host.ts';
import { SOURCES, type SoakWorld } from './soak-world.ts';

// One course of everything from the pull to the last delivery, in which messages are duplicated, delayed and dropped, and
// processes die or stand still at their work. The same seed draws the same fates.

/** Shares of the deliveries of messages. */
export type Fates = {
  readonly dropped: number;
  readonly duplicated: number;
  readonly delayed: number;
  readonly dying: number;
  /** Done, and the process dies before it can say so: what was to follow is not sent, and the message comes again. */
  readonly unacknowledged: number;
  /** Stands still at its work until much else has happened; the queue gives its message to another one. */
  readonly slow: number;
};

export const CALM: Fates = { dropped: 0, duplicated: 0, delayed: 0, dying: 0, unacknowledged: 0, slow: 0 };
export const WILD: Fates = {
  dropped: 0.06,
  duplicated: 0.12,
  delayed: 0.12,
  dying: 0.12,
  unacknowledged: 0.06,
  slow: 0.04,
};

/** Deaths and rests of one message: in life it would be poison after five. */
const MOST_HARM = 3;
/** What the timers are given to mend what was dropped: the last of them is longer than any sweep waits. */
const WAITS_MINUTES = [1, 1, 2, 6, 31];
const MOST_WAITS = 100;
/** To these what comes again is something new. */
const KNOW_NO_REPEAT: readonly DestinationName[] = [...IN_SLACK, 'insights'];

type Entry = { readonly message: Message; readonly harm: number };

export class FaultSchedule {
  readonly #world: SoakWorld;
  readonly #fates: Fates;
  readonly #random: Random;
  readonly #waiting: Entry[] = [];
  readonly #slow: Held<readonly Message[]>[] = [];
  /** What befell messages, by its name. */
  readonly counts = new Map<string, number>();
  /** Posts and questions that were perhaps made by a process that died before it could note it, or was taken for dead. */
  doubtfulPosts = 0;

  constructor(world: SoakWorld, { seed, fates }: { readonly seed: string; readonly fates: Fates }) {
    this.#world = world;
    this.#fates = fates;
    this.#random = seededRandom(seed, 'messages');
  }

  /** From the timers of the sources until nothing is due any more and everybody was told. */
  async runOut(): Promise<void> {
    const { deps } = this.#world;
    this.#send(scheduledPulls(this.#world));
    let isToldOfDay = false;
    for (let waits = 0; waits < MOST_WAITS; waits += 1) {
      await this.#work();
      if (!isToldOfDay && (await this.#isTakenIn())) {
        isToldOfDay = true;
        this.#send(asMessages(await planDayDeliveries(this.#world.today(), deps)));
        await this.#work();
      } else if (isToldOfDay && (await isSettled(deps))) return;
      await this.#wait(waits);
      // A schedule comes again, the next day at the latest.
      if (!isToldOfDay && waits % WAITS_MINUTES.length === WAITS_MINUTES.length - 1)
        this.#send(scheduledPulls(this.#world));
    }
    throw new Error(`it does not end: ${JSON.stringify(this.#world.logged.slice(-20))}`);
  }

  async #wait(nth: number): Promise<void> {
    const minutes = WAITS_MINUTES[nth % WAITS_MINUTES.length] ?? 1;
    this.#world.skipTo(new Date(this.#world.now().getTime() + minutes * 60_000));
    this.#send(await timers(this.#random.pick(this.#instances())));
  }

  /** Every dataset of every source, with all runs at their end. */
  async #isTakenIn(): Promise<boolean> {
    const { deps } = this.#world;
    if ((await deps.ledger.list({ status: 'running' })).length > 0) return false;
    for (const source of SOURCES)
      for (const { dataset } of deps.sourceClient(source).datasets) {
        if (!this.#world.pulls(dataset)) continue;
        const { settled, pending } = await settleState(source, dataset, deps);
        if (settled === undefined || pending !== undefined) return false;
      }
    return true;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length + this.#slow.length > 0) {
      if (this.#waiting.length === 0 || this.#random.chance(this.#fates.slow)) await this.#letGoOn();
      const together = this.#random.int(1, 4);
      const taken = Array.from({ length: together }, () => this.#take()).filter((one) => one !== undefined);
      await Promise.all(taken.map((entry) => this.#befall(entry)));
      this.#hear();
    }
  }

  async #befall({ message, harm }: Entry): Promise<void> {
    const deps = this.#random.pick(this.#instances());
    const fate = harm >= MOST_HARM ? undefined : this.#fateOf();
    if (fate !== undefined) this.counts.set(fate, (this.counts.get(fate) ?? 0) + 1);
    const again = { message, harm: harm + 1 };
    const isPost = message.kind === 'deliver' && KNOW_NO_REPEAT.includes(message.id.destination);
    if (isPost && (fate === 'dying' || fate === 'slow')) this.doubtfulPosts += 1;
    switch (fate) {
      case 'dropped':
        return;
      case 'delayed':
        this.#waiting.push(again);
        return;
      case 'duplicated':
        this.#waiting.push(again);
        this.#send(await this.#worked(message, deps));
        return;
      case 'unacknowledged':
        await this.#worked(message, deps);
        this.#waiting.push(again);
        return;
      case 'slow':
        return await this.#standStill(again, deps);
      case 'dying': {
        const next = await this.#worked(message, dyingAt(deps, this.#random.int(1, 30)).deps);
        if (next === 'dead') this.#waiting.push(again);
        else this.#send(next);
        return;
      }
      case undefined: {
        const next = await this.#worked(message, deps);
        // Such as a conflict between two: the queue gives it again.
        if (next === 'dead') this.#waiting.push(again);
        else this.#send(next);
      }
    }
  }

  async #standStill(again: Entry, deps: Deps): Promise<void> {
    let callsLeft = this.#random.int(0, 30);
    const isMoment = (): boolean => callsLeft-- === 0;
    const held = await holdAt(deps, isMoment, async (slow) => {
      const next = await this.#worked(again.message, slow);
      return next === 'dead' ? [] : next;
    });
    if (held.isHeld) this.#slow.push(held);
    else this.#send(await held.release());
    this.#waiting.push(again);
  }

  async #letGoOn(): Promise<void> {
    const [held] = this.#slow.splice(this.#random.int(0, Math.max(0, this.#slow.length - 1)), 1);
    if (held !== undefined) this.#send(await held.release());
  }

  async #worked(message: Message, deps: Deps): Promise<readonly Message[] | 'dead'> {
    try {
      return await work(message, deps);
    } catch (error) {
      if (!isExpected(error)) throw error;
      return 'dead';
    }
  }

  /** Storage tells of every file that came, whoever wrote it and whatever became of him; once, or not at all. */
  #hear(): void {
    this.#send(this.#world.landed.splice(0).map((path) => ({ kind: 'landed', path })));
  }

  #send(messages: readonly Message[] | 'dead'): void {
    if (messages !== 'dead') this.#waiting.push(...messages.map((message) => ({ message, harm: 0 })));
  }

  #take(): Entry | undefined {
    const at = this.#fates === CALM ? 0 : this.#random.int(0, Math.max(0, this.#waiting.length - 1));
    return this.#waiting.splice(at, 1)[0];
  }

  #fateOf(): keyof Fates | undefined {
    let drawn = this.#random.unit();
    for (const fate of ['dropped', 'duplicated', 'delayed', 'dying', 'unacknowledged', 'slow'] as const) {
      drawn -= this.#fates[fate];
      if (drawn < 0) return fate;
    }
    return undefined;
  }

  #instances(): [Deps, ...Deps[]] {
    return [this.#world.deps, ...this.#world.instances.slice(1)];
  }
}

function isExpected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isExpected);
  return error instanceof ProcessDied || (error instanceof Error && error.name === 'AttemptOvertaken');
}
