import { expect } from '@jest/globals';
import { z } from 'zod';
import { undiciEgress } from '../../../shared/adapters/undici/undici-egress.ts';
import type { CircuitState, Circuits } from '../../../shared/ports/circuits.ts';
import { seal, unseal } from '../../../shared/privacy/sealed.ts';
import { type CallRule, ServiceHttp, type ServiceHttpDeps } from '../../../shared/resilience/service-http.ts';
import { SharedCircuit } from '../../../shared/resilience/shared-circuit.ts';
import { TokenBucket } from '../../../shared/resilience/token-bucket.ts';
import type { StubServer } from '../../support/stub-server.ts';

export const OLD = 'canary-old-secret';
export const NEW = 'canary-new-secret';
const RULE: CallRule = {
  retries: 3,
  firstDelayMs: 1,
  longestDelayMs: 200,
  timeoutMs: 5_000,
  mostBytes: 10_000,
  atOnce: 4,
};
export const Things = z.object({
  things: z.array(z.object({ id: z.string(), email: z.string() })),
  next: z.object({ after: z.string() }).optional(),
});
export const THINGS = { things: [{ id: '1', email: 'ana@example.com' }] };
const NOW = new Date('2026-01-05T06:00:00Z');
export const clock = { now: () => NOW };
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
/** Waiting takes no time here. */
export const pause = async () => undefined;

function inMemory(): Circuits & { readonly state: CircuitState | undefined } {
  let state: CircuitState | undefined;
  return {
    get state() {
      return state;
    },
    get: async () => state && { value: state, version: '' },
    save: async (saved) => {
      state = saved;
      return 'saved';
    },
    all: async () => [],
  };
}

type Options = { readonly rule?: Partial<CallRule>; readonly deps?: Partial<ServiceHttpDeps> };

/** A service that the stub stands in for, whose secret in the vault is newer than the cached one. */
export function aSource(server: StubServer, { rule = {}, deps = {} }: Options = {}) {
  const circuits = inMemory();
  const asked: (boolean | undefined)[] = [];
  const http = new ServiceHttp(
    'Acme',
    { ...RULE, ...rule },
    {
      egress: undiciEgress({ hosts: ['api.example.com'], allowsLoopback: true }),
      circuit: new SharedCircuit(
        { name: 'acme', opensAfter: 3, retryAfterMs: 60_000 },
        { circuits, clock, log },
      ),
      clock,
      secrets: {
        get: async (_name, { renewed } = { renewed: false }) => {
          asked.push(renewed);
          return seal(renewed ? NEW : OLD);
        },
      },
      secret: 'hubspot-api-key',
      authorise: (key) => ({ authorization: seal(`Bearer ${unseal(key)}`) }),
      ...deps,
    },
  );
  const bucket = new TokenBucket({ perMinute: 60, burst: 100 }, { clock, pause });
  const call = { url: `${server.url}/things`, bucket };
  return { http, circuits, asked, call, get: () => http.json(call, Things) };
}

/** What it failed with. */
export const failed = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect(promise).rejects.toThrow(),
    (error: unknown) => error,
  );
