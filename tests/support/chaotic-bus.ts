import type { StageMessage } from '../../shared/pipeline/stage-message.ts';
import type { Pipeline } from './a-pipeline.ts';
import { dyingAt, ProcessDied } from './port-faults.ts';

// At-least-once, at its worst. The same seed makes the same choices.

/** Files are announced and messages delivered in any order, twice, two at once, and to processes that die at their work. */
export class ChaoticBus {
  readonly #pipeline: Pipeline;
  readonly #random: () => number;
  readonly #waiting: Delivery[];

  constructor(pipeline: Pipeline, files: readonly { readonly path: string }[], seed: number) {
    this.#pipeline = pipeline;
    this.#random = randomFrom(seed);
    this.#waiting = files.map(({ path }) => ({ what: { path }, timesLeft: 3 }));
  }

  async runOut(): Promise<void> {
    while (this.#waiting.length > 0) {
      const together = this.#random() < 0.25 ? 2 : 1;
      const taken = Array.from({ length: together }, () => this.#takeAny()).filter(
        (one) => one !== undefined,
      );
      await Promise.all(taken.map((delivery) => this.#deliver(delivery)));
    }
  }

  #takeAny(): Delivery | undefined {
    const [delivery] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
    return delivery;
  }

  /** The last time of each goes well, as it does in life: or else it would be poison. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { what, timesLeft } = delivery;
    const fate = timesLeft === 1 ? 1 : this.#random();
    const fatal = fate < 0.2 ? 1 + Math.floor(this.#random() * 30) : Number.POSITIVE_INFINITY;
    const { deps } = dyingAt(this.#pipeline.deps, fatal);
    const isAcknowledged = fate >= 0.35;
    let next: readonly StageMessage[] = [];
    let isDead = false;
    try {
      ({ next } =
        'path' in what
          ? await this.#pipeline.announce(what.path, deps)
          : await this.#pipeline.deliver(what, deps));
    } catch (error) {
      // A conflict between two deliveries is thrown, too: the queue tries again.
      isDead = true;
      if (!isExpected(error)) throw error;
    }
    if (isDead || !isAcknowledged) this.#waiting.push({ what, timesLeft: Math.max(1, timesLeft - 1) });
    this.#waiting.push(...next.map((message) => ({ what: message, timesLeft: 3 })));
  }
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
