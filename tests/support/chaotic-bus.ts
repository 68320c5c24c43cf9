import type { Deps } from '../../shared/app.ts';
import type { StageMessage } from '../../shared/pipeline/stage-message.ts';
import type { Pipeline } from './a-pipeline.ts';
import { type Held, holdAt } from './held-delivery.ts';
import { dyingAt, ProcessDied } from './port-faults.ts';

// At-least-once, at its worst. The same seed makes the same choices.

type Chaos = {
  readonly seed: number;
  /** Share of deliveries that stand still in the midst of their work, until much else has happened. */
  readonly slowShare?: number;
};

/**
 * Files are announced and messages delivered in any order, twice, two at once, and to processes that die at their work,
 * or that are so slow that the queue gives what they are at to another one.
 */
export class ChaoticBus {
  readonly #pipeline: Pipeline;
  readonly #random: () => number;
  readonly #slowShare: number;
  readonly #waiting: Delivery[];
  readonly #slow: Held<readonly StageMessage[]>[] = [];

  constructor(
    pipeline: Pipeline,
    files: readonly { readonly path: string }[],
    { seed, slowShare = 0 }: Chaos,
  ) {
    this.#pipeline = pipeline;
    this.#random = randomFrom(seed);
    this.#slowShare = slowShare;
    this.#waiting = files.map(({ path }) => ({ what: { path }, timesLeft: 3 }));
  }

  async runOut(): Promise<void> {
    while (this.#waiting.length + this.#slow.length > 0) {
      if (this.#waiting.length === 0 || this.#random() < this.#slowShare / 2) await this.#letGoOn();
      const together = this.#random() < 0.25 ? 2 : 1;
      const taken = Array.from({ length: together }, () => takeAny(this.#waiting, this.#random)).filter(
        (one) => one !== undefined,
      );
      await Promise.all(taken.map((delivery) => this.#deliver(delivery)));
    }
  }

  /** The last time of each goes well, as it does in life: or else it would be poison. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { what, timesLeft } = delivery;
    const isSlow = this.#slowShare > 0 && this.#random() < this.#slowShare;
    if (isSlow) return await this.#deliverSlowly(delivery);
    const fate = timesLeft === 1 ? 1 : this.#random();
    const fatal = fate < 0.2 ? 1 + Math.floor(this.#random() * 30) : Number.POSITIVE_INFINITY;
    const { deps } = dyingAt(this.#pipeline.deps, fatal);
    const isAcknowledged = fate >= 0.35;
    const next = await this.#worked(what, deps);
    if (next === 'dead' || !isAcknowledged)
      this.#waiting.push({ what, timesLeft: Math.max(1, timesLeft - 1) });
    if (next !== 'dead') this.#send(next);
  }

  /** Somewhere in its work the delivery stands still, and the queue takes it for dead: another one gets the message. */
  async #deliverSlowly({ what, timesLeft }: Delivery): Promise<void> {
    let callsLeft = Math.floor(this.#random() * 40);
    const isMoment = (): boolean => callsLeft-- === 0;
    const held = await holdAt(this.#pipeline.deps, isMoment, async (deps) => {
      const next = await this.#worked(what, deps);
      return next === 'dead' ? [] : next;
    });
    if (held.isHeld) this.#slow.push(held);
    else this.#send(await held.release());
    this.#waiting.push({ what, timesLeft });
  }

  async #letGoOn(): Promise<void> {
    const held = takeAny(this.#slow, this.#random);
    if (held !== undefined) this.#send(await held.release());
  }

  /** A conflict between two deliveries is thrown, too: the queue tries again. */
  async #worked(what: Delivery['what'], deps: Deps): Promise<readonly StageMessage[] | 'dead'> {
    try {
      const { next } =
        'path' in what
          ? await this.#pipeline.announce(what.path, deps)
          : await this.#pipeline.deliver(what, deps);
      return next;
    } catch (error) {
      if (!isExpected(error)) throw error;
      return 'dead';
    }
  }

  #send(messages: readonly StageMessage[]): void {
    this.#waiting.push(...messages.map((message) => ({ what: message, timesLeft: 3 })));
  }
}

function takeAny<T>(from: T[], random: () => number): T | undefined {
  const [taken] = from.splice(Math.floor(random() * from.length), 1);
  return taken;
}

type Delivery = { what: { path: string } | StageMessage; timesLeft: number };

function isExpected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isExpected);
  return error instanceof ProcessDied || (error instanceof Error && error.name === 'AttemptOvertaken');
}

/** Mulberry32: small, seeded, and good enough to shuffle. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
