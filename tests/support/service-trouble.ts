import { seededRandom } from '../../local/generate/random.ts';
import type { StubAnswer, StubRequest, StubServer } from './stub-server.ts';

// What goes wrong with services in earnest, for a share of their requests. What befalls a request hangs on the seed, on
// what is asked and on how often it was asked before, not on the order in which requests happen to arrive.

/** A drip lets an answer take so long beyond its latency. */
const DRIP_MS = 1_000;
const DRIPS = 10;

/** In place of the service, which never sees the request. */
const INSTEAD = {
  error: { status: 500, body: { error: 'it fell over' } },
  throttled: { status: 429, headers: { 'retry-after': '1' }, body: { error: 'slower' } },
  reset: { isReset: true },
  // Two writers met, says Notion, and neither was let through.
  conflict: { status: 409, body: { object: 'error', status: 409, code: 'conflict_error', message: 'again' } },
  refused: { status: 401, body: { error: 'who are you' } },
  'session-page': {
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><html><title>Log in</title></html>',
  },
} as const satisfies Readonly<Record<string, StubAnswer>>;

/** To an answer, after the request has taken effect. */
const SPOILT = {
  // Nothing can be cut off nothing: then the answer does not come at all.
  cut: (answer: StubAnswer) =>
    bytesOf(answer) < 2
      ? { ...answer, isReset: true }
      : { ...answer, cutAt: Math.floor(bytesOf(answer) / 2) },
  drip: (answer: StubAnswer) => ({
    ...answer,
    dripMs: DRIP_MS / DRIPS,
    dripBytes: Math.max(1, Math.ceil(bytesOf(answer) / DRIPS)),
  }),
  'answer-lost': (answer: StubAnswer) => ({ ...answer, isReset: true }),
  repeated: (answer: StubAnswer) => ({ ...answer, body: repeated(answer.body) }),
} as const satisfies Readonly<Record<string, (answer: StubAnswer) => StubAnswer>>;

export type TroubleKind = keyof typeof INSTEAD | keyof typeof SPOILT;

export const EVERYWHERE: readonly TroubleKind[] = [
  'error',
  'throttled',
  'reset',
  'cut',
  'drip',
  'answer-lost',
];

export type Weather = {
  readonly seed: string;
  /** Of the requests. */
  readonly share: number;
  readonly latencyMs: number;
};

export class ServiceTrouble {
  /** How often each thing went wrong. */
  readonly counts = new Map<string, number>();
  /** What took effect without anybody hearing of it: bodies by service. */
  readonly unheard = new Map<string, string[]>();
  requests = 0;

  /** Clouds over a service from now on. */
  over(
    server: StubServer,
    service: string,
    kinds: readonly [TroubleKind, ...TroubleKind[]],
    { seed, share, latencyMs }: Weather,
  ): void {
    const times = new Map<string, number>();
    const refused = new Set<string>();
    const ahead = new WeakMap<StubRequest, TroubleKind>();
    server.gate = (request) => {
      this.requests += 1;
      const asked = `${request.method} ${request.path}?${request.query.toString()} ${request.body}`;
      const nth = (times.get(asked) ?? 0) + 1;
      times.set(asked, nth);
      const random = seededRandom(seed, `${service} ${nth} ${asked}`);
      const kind = random.unit() < share ? random.pick(kinds) : undefined;
      // A credential that is refused is taken once it was renewed.
      const isAgain = refused.delete(asked) && (kind === 'refused' || kind === 'session-page');
      if (kind === undefined || isAgain) return undefined;
      if (kind === 'refused' || kind === 'session-page') refused.add(asked);
      this.note(service, kind);
      if (kind === 'answer-lost' || kind === 'cut')
        this.unheard.set(service, [...(this.unheard.get(service) ?? []), request.body]);
      ahead.set(request, kind);
      return kind in INSTEAD ? { lateMs: latencyMs, ...INSTEAD[kind as keyof typeof INSTEAD] } : undefined;
    };
    server.fault = (answer, request) => {
      const kind = ahead.get(request);
      const isSpoilt = kind !== undefined && kind in SPOILT;
      return { lateMs: latencyMs, ...(isSpoilt ? SPOILT[kind as keyof typeof SPOILT](answer) : answer) };
    };
  }

  note(service: string, kind: TroubleKind): void {
    const label = `${service}: ${kind}`;
    this.counts.set(label, (this.counts.get(label) ?? 0) + 1);
  }

  total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

function bytesOf({ body = '' }: StubAnswer): number {
  return Buffer.byteLength(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

/** The same records once more in the answer, as pages that move while they are read bring them. */
function repeated(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const twice = Object.entries(body).map(([name, value]): [string, unknown] =>
    Array.isArray(value) && ['results', 'data', 'lists'].includes(name)
      ? [name, [...value, ...value]]
      : [name, value],
  );
  return Object.fromEntries(twice);
}
