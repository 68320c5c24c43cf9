import { TableClient } from '@azure/data-tables';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { provisionStorage } from '../../../local/provision.ts';
import { TableCircuits } from '../../../shared/adapters/azure/table-circuits.ts';
import type { CircuitState, Circuits } from '../../../shared/ports/circuits.ts';
import type { Log } from '../../../shared/ports/log.ts';
import {
  CircuitOpen,
  isolateCircuit,
  PROBE_MS,
  resetCircuit,
  SharedCircuit,
} from '../../../shared/resilience/shared-circuit.ts';
import { CASCADE_RULE } from '../../../shared/sources/cascade/cascade-client.ts';
import { HUBSPOT_RULE } from '../../../shared/sources/hubspot/hubspot-client.ts';
import { META_RULE } from '../../../shared/sources/meta/meta-client.ts';
import { takeStorageAccount } from '../../support/emulator.ts';

const OPENS_AFTER = 3;
const RETRY_AFTER_MS = 120_000;

class Broken extends Error {}
class NotItsFault extends Error {}
const isBroken = (error: unknown) => error instanceof Broken;

const logged: string[] = [];
const at = (level: string) => (event: string) => void logged.push(`${level} ${event}`);
const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };

let now = Date.parse('2026-01-05T06:00:00Z');
const clock = { now: () => new Date(now) };

function anInstance(circuits: Circuits, name: string): SharedCircuit {
  const rule = { name, opensAfter: OPENS_AFTER, retryAfterMs: RETRY_AFTER_MS };
  return new SharedCircuit(rule, { circuits, clock, log });
}

const succeed = (circuit: SharedCircuit) => circuit.run(async () => 'good', isBroken);
const fail = (circuit: SharedCircuit) =>
  circuit.run(() => Promise.reject(new Broken('it fell over')), isBroken).catch((error: unknown) => error);

/** A call that lasts until the test ends it. */
function aLongCall(circuit: SharedCircuit) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const run = circuit.run(() => {
    begun.resolve();
    return promise;
  }, isBroken);
  run.catch(() => undefined);
  return { begun: Promise.race([begun.promise, run]), run, succeed: () => resolve('late'), fail: reject };
}

describe('two instances', () => {
  let circuits: TableCircuits;
  let name: string;
  let one: SharedCircuit;
  let other: SharedCircuit;
  let made = 0;

  beforeAll(async () => {
    const storage = await takeStorageAccount();
    await provisionStorage(storage);
    circuits = new TableCircuits(
      TableClient.fromConnectionString(storage, 'breakers', { allowInsecureConnection: true }),
    );
  });

  beforeEach(() => {
    made += 1;
    name = `service-${made}`;
    one = anInstance(circuits, name);
    other = anInstance(circuits, name);
    logged.length = 0;
  });

  const state = async () => (await circuits.get(name))?.value;
  const open = async (circuit: SharedCircuit) => {
    for (let failure = 0; failure < OPENS_AFTER; failure += 1) await fail(circuit);
  };

  it('open after so many failures in a row as both have seen together', async () => {
    await fail(one);
    await fail(other);
    expect(await state()).toMatchObject({ status: 'closed', failures: 2 });

    await fail(one);

    const retryAt = new Date(now + RETRY_AFTER_MS).toISOString();
    expect(await state()).toMatchObject({ status: 'open', failures: 3, retryAt, reason: 'it fell over' });
    await expect(succeed(one)).rejects.toEqual(
      expect.objectContaining({ name: 'CircuitOpen', circuit: name, retryAt }),
    );
    expect(logged).toEqual(['error circuit.opened']);
  });

  it('write nothing while all is well', async () => {
    expect(await succeed(one)).toBe('good');

    expect(await state()).toBeUndefined();
  });

  it('begin to count anew after a success', async () => {
    await fail(one);
    await fail(one);
    await succeed(one);
    await fail(one);
    await fail(one);

    expect(await state()).toMatchObject({ status: 'closed', failures: 2 });
  });

  it('learn of what the other has found out within five seconds', async () => {
    await succeed(other);
    await open(one);

    now += 5_000;

    await expect(succeed(other)).rejects.toBeInstanceOf(CircuitOpen);
  });

  it('let one of two callers try when it is time, and close when that succeeds', async () => {
    await open(one);
    now += RETRY_AFTER_MS - 1;
    await expect(succeed(other)).rejects.toBeInstanceOf(CircuitOpen);
    now += 1;

    const calls = [one, other, one, other].map(aLongCall);
    const begun = await Promise.allSettled(calls.map((call) => call.begun));
    expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await state()).toMatchObject({ status: 'probing' });
    for (const call of calls) call.succeed();
    await Promise.allSettled(calls.map(({ run }) => run));

    expect(await state()).toMatchObject({ status: 'closed', failures: 0 });
    expect(await succeed(one)).toBe('good');
    expect(logged).toEqual(['error circuit.opened', 'info circuit.closed']);
    now += 5_000;
    expect(await succeed(other)).toBe('good');
  });

  it('open again when the one that tries fails', async () => {
    await open(one);
    now += RETRY_AFTER_MS;

    await fail(other);

    const retryAt = new Date(now + RETRY_AFTER_MS).toISOString();
    expect(await state()).toMatchObject({ status: 'open', retryAt });
    await expect(succeed(one)).rejects.toBeInstanceOf(CircuitOpen);
  });

  it('close when the one that tries is refused for a reason of its own, since the service has answered', async () => {
    await open(one);
    now += RETRY_AFTER_MS;

    await other.run(() => Promise.reject(new NotItsFault('not found')), isBroken).catch(() => undefined);

    expect(await state()).toMatchObject({ status: 'closed', failures: 0 });
  });

  it('take over from one that tries and is never heard of again', async () => {
    await open(one);
    now += RETRY_AFTER_MS;
    const lost = aLongCall(one);
    await lost.begun;
    now += PROBE_MS - 1;
    await expect(succeed(other)).rejects.toBeInstanceOf(CircuitOpen);
    now += 1;

    const heir = aLongCall(other);
    await heir.begun;

    // Should the lost one be heard of after all, it has no say any more.
    lost.fail(new Broken('very late'));
    await expect(lost.run).rejects.toBeInstanceOf(Broken);
    expect(await state()).toMatchObject({ status: 'probing' });
    heir.succeed();
    await heir.run;
    expect(await state()).toMatchObject({ status: 'closed' });
  });

  it('do not count what is not the fault of the service', async () => {
    for (let call = 0; call < OPENS_AFTER * 2; call += 1)
      await one.run(() => Promise.reject(new NotItsFault('not found')), isBroken).catch(() => undefined);

    expect(await state()).toBeUndefined();
    expect(await succeed(one)).toBe('good');
  });

  it('count a call that failed once', async () => {
    await fail(one);

    expect(await state()).toMatchObject({ failures: 1 });
  });

  it('ask nothing of what a person has isolated, until somebody resets it', async () => {
    const isolated = await isolateCircuit(
      name,
      { by: 'Ana', reason: 'maintenance' },
      { circuits, clock, log },
    );
    expect(isolated).toMatchObject({ status: 'isolated', by: 'Ana' });

    now += 365 * 24 * 3_600_000;
    for (const circuit of [one, other])
      await expect(succeed(circuit)).rejects.toThrow(`${name} is isolated: maintenance`);

    expect(await resetCircuit(name, 'Luis', { circuits, clock, log })).toMatchObject({
      status: 'closed',
      by: 'Luis',
    });
    for (const circuit of [one, other]) expect(await succeed(circuit)).toBe('good');
    expect(logged).toEqual(['warn circuit.opened', 'info circuit.closed']);
  });

  it('leave isolated what was isolated while they asked', async () => {
    await fail(one);
    const calls = [one, other].map(aLongCall);
    await Promise.all(calls.map(({ begun }) => begun));
    await isolateCircuit(name, { by: 'Ana', reason: 'maintenance' }, { circuits, clock, log });

    calls[0]?.succeed();
    calls[1]?.fail(new Broken('late'));
    await Promise.allSettled(calls.map(({ run }) => run));

    expect(await state()).toMatchObject({ status: 'isolated', reason: 'maintenance' });
  });

  it('do not reset what was never used', async () => {
    expect(await resetCircuit(name, 'Luis', { circuits, clock, log })).toBeUndefined();
    expect(logged).toEqual([]);
  });

  it('are not closed by the success of a call that began before it opened', async () => {
    const early = aLongCall(other);
    await early.begun;
    await open(one);

    early.succeed();
    expect(await early.run).toBe('late');

    expect(await state()).toMatchObject({ status: 'open' });
  });

  it.each(['success', 'failure'])(
    'leave it to the one that tries, whatever the %s of a call says that began before it opened',
    async (outcome) => {
      const early = aLongCall(one);
      await early.begun;
      await open(one);
      now += RETRY_AFTER_MS;
      const probe = aLongCall(one);
      await probe.begun;

      if (outcome === 'success') early.succeed();
      else early.fail(new Broken('late'));
      await Promise.allSettled([early.run]);

      expect(await state()).toMatchObject({ status: 'probing' });
      probe.succeed();
      await probe.run;
      expect(await state()).toMatchObject({ status: 'closed', failures: 0 });
    },
  );
});

it('does not take a store that fails afterwards for a failure of the service', async () => {
  const store = inMemory(async () => undefined);
  const circuit = anInstance(store.circuits, 'service');
  await fail(circuit);
  let blamed = 0;
  store.breaks = true;

  const run = circuit.run(
    async () => 'good',
    () => {
      blamed += 1;
      return true;
    },
  );

  await expect(run).rejects.toThrow('the store is gone');
  expect(blamed).toBe(0);
});

it('gives a probe more time than any request may take', () => {
  const longest = Math.max(...[CASCADE_RULE, HUBSPOT_RULE, META_RULE].map(({ timeoutMs }) => timeoutMs));

  expect(PROBE_MS).toBeGreaterThan(longest);
});

describe('in whatever order things happen', () => {
  const STEPS = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('call' as const),
        instance: fc.nat({ max: 1 }),
        outcome: fc.constantFrom('good', 'bad', 'bad', 'not its fault'),
      }),
      fc.record({ kind: fc.constantFrom('the store' as const, 'the service' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(1_000, 3_000, RETRY_AFTER_MS) }),
    ),
    { minLength: 30, maxLength: 120, size: 'max' },
  );

  it('is never asked while open, nor by two that try, and works again afterwards', async () => {
    let tried = 0;
    const property = fc.asyncProperty(STEPS, async (steps) => {
      const onTheirWay = { 'the store': [] as (() => void)[], 'the service': [] as (() => void)[] };
      const wait = (where: keyof typeof onTheirWay) => () =>
        new Promise<void>((resolve) => void onTheirWay[where].push(resolve));
      const arrive = async (where: keyof typeof onTheirWay, which = 0) => {
        const waiting = onTheirWay[where];
        waiting.splice(which % waiting.length, 1)[0]?.();
        await new Promise(setImmediate);
      };
      const store = inMemory(wait('the store'));
      const instances = [0, 1].map(() => anInstance(store.circuits, 'service'));
      const probes: number[] = [];
      const work = async (outcome: string): Promise<void> => {
        // Both may not have learned of it for as long as this.
        const isProbe = store.openedAt !== undefined && now - store.openedAt > 2_000;
        if (isProbe) {
          tried += 1;
          probes.push(now);
          expect(probes).toHaveLength(1);
          expect(now).toBeGreaterThanOrEqual(store.retryAt);
        }
        await wait('the service')();
        if (isProbe) probes.pop();
        if (outcome === 'bad') throw new Broken('it fell over');
        if (outcome === 'not its fault') throw new NotItsFault('not found');
      };
      const unexpected: unknown[] = [];
      const call = async (instance: number, outcome: string): Promise<void> => {
        try {
          await instances[instance]?.run(() => work(outcome), isBroken);
        } catch (error) {
          if (![Broken, NotItsFault, CircuitOpen].some((kind) => error instanceof kind))
            unexpected.push(error);
        }
      };
      const passMs = async (ms: number): Promise<void> => {
        // The store answers at once compared with the clock, and no probe lasts longer than it may.
        while (onTheirWay['the store'].length > 0) await arrive('the store');
        const [probe = now] = probes;
        if (now + ms - probe < PROBE_MS) now += ms;
      };

      for (const step of steps) {
        if (step.kind === 'call') void call(step.instance, step.outcome);
        else if (step.kind === 'time') await passMs(step.ms);
        else await arrive(step.kind, step.which);
      }
      const allArrive = async (): Promise<void> => {
        while (Object.values(onTheirWay).flat().length > 0) {
          await passMs(0);
          await arrive('the service');
        }
      };
      await allArrive();
      await passMs(RETRY_AFTER_MS);
      void call(0, 'good');
      await allArrive();

      expect(unexpected).toEqual([]);
      expect(store.openedAt).toBeUndefined();
    });

    await fc.assert(property, { seed: 20_260_105, numRuns: 200 });

    // Or it would have shown nothing.
    expect(tried).toBeGreaterThan(200);
  });
});

type Store = {
  readonly circuits: Circuits;
  state: CircuitState | undefined;
  /** Since when it is not closed. */
  openedAt: number | undefined;
  /** When it may be tried again, as it was set last. */
  retryAt: number;
  breaks: boolean;
};

/** A store whose every request and answer is on its way until `delay` is over. */
function inMemory(delay: () => Promise<void>): Store {
  let version = 0;
  const passed = async <T>(answer: () => T): Promise<T> => {
    if (store.breaks) throw new Error('the store is gone');
    await delay();
    const found = answer();
    await delay();
    return found;
  };
  const store: Store = {
    state: undefined,
    openedAt: undefined,
    retryAt: 0,
    breaks: false,
    circuits: {
      get: () => passed(() => store.state && { value: store.state, version: String(version) }),
      save: (state, of) =>
        passed(() => {
          if (of !== (store.state && String(version))) return 'conflict';
          version += 1;
          if (state.status === 'closed') store.openedAt = undefined;
          else store.openedAt ??= now;
          if (state.status === 'open') store.retryAt = Date.parse(state.retryAt ?? '');
          store.state = state;
          return 'saved';
        }),
      all: () => passed(() => (store.state ? [store.state] : [])),
    },
  };
  return store;
}
