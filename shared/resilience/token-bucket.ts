import type { Clock } from '../ports/clock.ts';

export type BucketRule = { readonly perMinute: number; readonly burst: number };
export type BucketDeps = { readonly clock: Clock; readonly pause: (ms: number) => Promise<void> };

/** What calls are taken from, each before it is made. */
export interface Budget {
  /** Takes a token, when it is there. Returns how long that took, in milliseconds. */
  take(): Promise<number>;
}

/** So many calls a minute, a few of them at once. Whoever comes early waits for his turn, in order. */
export class TokenBucket implements Budget {
  readonly #rule: BucketRule;
  readonly #deps: BucketDeps;
  #tokens: number;
  #filledAt: number;

  constructor(rule: BucketRule, deps: BucketDeps) {
    this.#rule = rule;
    this.#deps = deps;
    this.#tokens = rule.burst;
    this.#filledAt = deps.clock.now().getTime();
  }

  /** Takes a token, which may be one that is still to come. Returns how long that took, in milliseconds. */
  async take(): Promise<number> {
    const { perMinute, burst } = this.#rule;
    const now = this.#deps.clock.now().getTime();
    // A clock that is set back would take tokens away.
    const passedMs = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(burst, this.#tokens + (passedMs * perMinute) / 60_000);
    this.#filledAt = now;
    this.#tokens -= 1;
    if (this.#tokens >= 0) return 0;
    const waitMs = Math.ceil((-this.#tokens * 60_000) / perMinute);
    await this.#deps.pause(waitMs);
    return waitMs;
  }
}
