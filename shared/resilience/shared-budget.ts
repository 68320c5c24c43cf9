import { localDateOf } from '../domain/local-date.ts';
import type { BudgetState, Budgets } from '../ports/budgets.ts';
import { ServiceUnavailable } from './service-errors.ts';
import type { BucketDeps, BucketRule, Budget } from './token-bucket.ts';

// A token bucket whose state lies in a table: so many calls a minute and a day from all instances together, and from one
// that has just started. It costs two requests to the table, which only pays where a call costs more.

export type SharedBudgetRule = BucketRule & {
  /** Who shares it. */
  readonly name: string;
  readonly perDay: number;
  /** Whoever would have to wait longer takes nothing, and comes back by himself. */
  readonly longestWaitMs: number;
};
export type SharedBudgetDeps = BucketDeps & { readonly budgets: Budgets };

export class SharedBudget implements Budget {
  readonly #rule: SharedBudgetRule;
  readonly #deps: SharedBudgetDeps;

  constructor(rule: SharedBudgetRule, deps: SharedBudgetDeps) {
    this.#rule = rule;
    this.#deps = deps;
  }

  /** All that may be taken today was. */
  async isSpent(): Promise<boolean> {
    const found = await this.#deps.budgets.get(this.#rule.name);
    return takenOn(localDateOf(this.#deps.clock.now()), found?.value) >= this.#rule.perDay;
  }

  /**
   * Takes a token, which may be one that is still to come. Returns how long that took, in milliseconds. Throws
   * ServiceUnavailable when the next one is too far away.
   */
  async take(): Promise<number> {
    const { budgets, pause } = this.#deps;
    for (;;) {
      const found = await budgets.get(this.#rule.name);
      const { after, waitMs } = this.#taken(found?.value);
      if ((await budgets.save(after, found?.version)) === 'conflict') continue;
      if (waitMs > 0) await pause(waitMs);
      return waitMs;
    }
  }

  #taken(state: BudgetState | undefined): { readonly after: BudgetState; readonly waitMs: number } {
    const { name, perMinute, burst, perDay, longestWaitMs } = this.#rule;
    const at = this.#deps.clock.now();
    const now = at.getTime();
    const day = localDateOf(at);
    const taken = takenOn(day, state);
    if (taken >= perDay) throw this.#tooSoon(Date.parse(`${day}T00:00:00Z`) + DAY_MS - now);
    const tokenMs = 60_000 / perMinute;
    const fillMs = burst * tokenMs;
    const noted = state === undefined ? now : Date.parse(state.fullAt);
    // Nobody takes more than he may wait for: whoever noted more had a clock that was ahead.
    const fullAt = noted > now + fillMs + longestWaitMs ? now + fillMs : Math.max(now, noted);
    const waitMs = Math.max(0, Math.ceil(fullAt + tokenMs - fillMs - now));
    if (waitMs > longestWaitMs) throw this.#tooSoon(waitMs);
    const after = { name, fullAt: new Date(fullAt + tokenMs).toISOString(), day, taken: taken + 1 };
    return { after, waitMs };
  }

  #tooSoon(waitMs: number): ServiceUnavailable {
    const { name, perMinute, perDay } = this.#rule;
    const again = new Date(this.#deps.clock.now().getTime() + waitMs).toISOString();
    return new ServiceUnavailable(
      `${name} may be asked ${perMinute} times a minute and ${perDay} times a day: again at ${again}`,
      { retryAfterMs: waitMs },
    );
  }
}

const DAY_MS = 86_400_000;

function takenOn(day: string, state: BudgetState | undefined): number {
  return state?.day === day ? state.taken : 0;
}
