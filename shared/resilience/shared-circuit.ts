import type { CircuitState, Circuits } from '../ports/circuits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

// A circuit breaker whose state lies in a table. Cockatiel's breakers know only their own process, and an app that is
// scaled out would ask a broken service once more from each instance.

export type CircuitDeps = { readonly circuits: Circuits; readonly clock: Clock; readonly log: Log };

export type CircuitRule = {
  /** The service that is guarded. */
  readonly name: string;
  /** It opens after so many failures in a row. */
  readonly opensAfter: number;
  /** So long after it opened one call may try again. */
  readonly retryAfterMs: number;
};

/** Nobody asked: the service failed too often, or somebody has isolated it. */
export class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';
  readonly circuit: string;
  /** When it is tried again; undefined for one that a person has isolated. */
  readonly retryAt: string | undefined;
  constructor({ name, retryAt, reason, status }: CircuitState) {
    super(
      status === 'isolated'
        ? `${name} is isolated: ${reason ?? 'no reason was given'}`
        : `${name} failed too often and is left alone until ${retryAt}: ${reason ?? 'it failed'}`,
    );
    this.circuit = name;
    this.retryAt = retryAt;
  }
}

/** A probe that is not heard of for so long has died with its process: no request may take longer. */
export const PROBE_MS = 180_000;
/** Another instance learns of an open circuit within this time. */
const LOOK_AGAIN_MS = 2_000;

export class SharedCircuit {
  readonly #rule: CircuitRule;
  readonly #deps: CircuitDeps;
  #seen: { state: CircuitState | undefined; at: number } | undefined;

  constructor(rule: CircuitRule, deps: CircuitDeps) {
    this.#rule = rule;
    this.#deps = deps;
  }

  /**
   * Does the work unless the circuit is open. `blames` says whether an error is the service's fault. Throws CircuitOpen
   * without asking, or what the work throws.
   */
  async run<T>(work: () => Promise<T>, blames: (error: unknown) => boolean): Promise<T> {
    const probe = await this.#enter();
    let result: T;
    try {
      result = await work();
    } catch (error) {
      if (blames(error)) await this.#failed(probe, error instanceof Error ? error.message : String(error));
      // The service answered, if not what was hoped for.
      else await this.#succeeded(probe);
      throw error;
    }
    await this.#succeeded(probe);
    return result;
  }

  /** Since when this call probes; undefined for one that finds the circuit closed. */
  async #enter(): Promise<string | undefined> {
    const { clock } = this.#deps;
    if (this.#wasJustClosed()) return undefined;
    const { state: after, changed } = await this.#amend((state) => {
      if (state === undefined || state.status === 'closed') return undefined;
      const isDue = state.retryAt !== undefined && Date.parse(state.retryAt) <= clock.now().getTime();
      if (state.status === 'isolated' || !isDue) throw new CircuitOpen(state);
      return { ...state, status: 'probing', since: this.#now(), retryAt: this.#now(PROBE_MS) };
    });
    return changed ? after?.since : undefined;
  }

  async #succeeded(probe: string | undefined): Promise<void> {
    const { name } = this.#rule;
    if (probe === undefined && !this.#seen?.state?.failures) return;
    const { changed } = await this.#amend((state) =>
      state !== undefined && state.failures > 0 && hasASay(probe, state)
        ? { name, status: 'closed', failures: 0, since: this.#now() }
        : undefined,
    );
    if (changed && probe !== undefined)
      this.#deps.log.info('circuit.closed', { circuit: name, since: probe });
  }

  #wasJustClosed(): boolean {
    if (this.#seen === undefined) return false;
    const { state, at } = this.#seen;
    const isClosed = state === undefined || state.status === 'closed';
    return isClosed && this.#deps.clock.now().getTime() - at < LOOK_AGAIN_MS;
  }

  async #failed(probe: string | undefined, reason: string): Promise<void> {
    const { name, opensAfter, retryAfterMs } = this.#rule;
    const after = await this.#amend((state) => {
      if (!hasASay(probe, state)) return undefined;
      const failures = (state?.failures ?? 0) + 1;
      const since = this.#now();
      if (probe !== undefined || failures >= opensAfter)
        return { name, status: 'open', failures, since, retryAt: this.#now(retryAfterMs), reason };
      return { name, status: 'closed', failures, since: state?.since ?? since, reason };
    });
    if (after.changed && after.state?.status === 'open')
      this.#deps.log.error('circuit.opened', { circuit: name, reason, retryAt: after.state.retryAt });
  }

  #now(laterMs = 0): string {
    return new Date(this.#deps.clock.now().getTime() + laterMs).toISOString();
  }

  async #amend(
    change: (state: CircuitState | undefined) => CircuitState | undefined,
  ): Promise<{ readonly state: CircuitState | undefined; readonly changed: boolean }> {
    const { circuits, clock } = this.#deps;
    const outcome = await amendCircuit(circuits, this.#rule.name, (state) => {
      this.#seen = { state, at: clock.now().getTime() };
      return change(state);
    });
    this.#seen = { state: outcome.state, at: clock.now().getTime() };
    return outcome;
  }
}

/**
 * While it is closed everybody has, and then only its probe: what a call tells that began before it opened, or a probe
 * that was given up, is too old, and who isolated it meanwhile meant it.
 */
function hasASay(probe: string | undefined, state: CircuitState | undefined): boolean {
  if (probe === undefined) return state === undefined || state.status === 'closed';
  return state?.status === 'probing' && state.since === probe;
}

/** Reads, changes and saves until no other writer came between; `change` returns undefined to leave it as it is. */
export async function amendCircuit(
  circuits: Circuits,
  name: string,
  change: (state: CircuitState | undefined) => CircuitState | undefined,
): Promise<{ readonly state: CircuitState | undefined; readonly changed: boolean }> {
  for (;;) {
    const found = await circuits.get(name);
    const changed = change(found?.value);
    if (changed === undefined) return { state: found?.value, changed: false };
    if ((await circuits.save(changed, found?.version)) === 'saved') return { state: changed, changed: true };
  }
}

/** A person closes the circuit: the next call asks the service again. */
export async function resetCircuit(
  name: string,
  by: string,
  { circuits, clock, log }: CircuitDeps,
): Promise<CircuitState | undefined> {
  const since = clock.now().toISOString();
  const { state } = await amendCircuit(circuits, name, (found) =>
    found === undefined ? undefined : { name, status: 'closed', failures: 0, since, by },
  );
  if (state !== undefined) log.info('circuit.closed', { circuit: name, by });
  return state;
}

/** A person takes the service out until somebody resets the circuit. */
export async function isolateCircuit(
  name: string,
  { by, reason }: { readonly by: string; readonly reason: string },
  { circuits, clock, log }: CircuitDeps,
): Promise<CircuitState> {
  const since = clock.now().toISOString();
  const isolated: CircuitState = { name, status: 'isolated', failures: 0, since, reason, by };
  await amendCircuit(circuits, name, () => isolated);
  log.warn('circuit.opened', { circuit: name, reason, by });
  return isolated;
}
