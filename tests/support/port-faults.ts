import type { Deps } from '../../shared/app.ts';

// Ports that a test can watch, hold up or break. Every call passes `before`, which may wait, throw, or let it be.

export type PortCall = {
  readonly port: WatchedPort;
  readonly method: string;
  readonly args: readonly unknown[];
};

type WatchedPort =
  | 'lake'
  | 'ledger'
  | 'registry'
  | 'reader'
  | 'history'
  | 'secrets'
  | 'scratch'
  | 'sql'
  | 'quality'
  | 'breakers'
  | 'deliveries'
  | 'sourceStates';

/** The process is gone: no call of it does anything any more. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** Also of a process that died once more while it wrote down the first error. */
export function isDeath(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isDeath);
  return error instanceof ProcessDied;
}

/** The same deps, with `before` in front of every port call. Clock and log have no effects and are left alone. */
export function watched(deps: Deps, before: (call: PortCall) => Promise<void> | void): Deps {
  const through = <Port extends object>(port: WatchedPort, target: Port): Port =>
    new Proxy(target, {
      get(object, name) {
        const method: unknown = Reflect.get(object, name, object);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          const call = { port, method: String(name), args };
          const go = (): unknown => Reflect.apply(method, object, args);
          return call.method === 'list' && port === 'lake'
            ? listed(call, go, before)
            : made(call, go, before);
        };
      },
    });
  return {
    ...deps,
    // Another process.
    martsUnderWay: new Map(),
    lake: through('lake', deps.lake),
    ledger: through('ledger', deps.ledger),
    registry: through('registry', deps.registry),
    history: through('history', deps.history),
    reader: through('reader', deps.reader),
    secrets: through('secrets', deps.secrets),
    scratch: through('scratch', deps.scratch),
    sql: through('sql', deps.sql),
    quality: through('quality', deps.quality),
    breakers: through('breakers', deps.breakers),
    deliveries: through('deliveries', deps.deliveries),
    sourceStates: through('sourceStates', deps.sourceStates),
  };
}

/** A process that dies just before its n-th port call (from 1), whatever it tries afterwards. */
export function dyingAt(deps: Deps, fatal: number): { deps: Deps; calls: readonly PortCall[] } {
  const calls: PortCall[] = [];
  const mortal = watched(deps, (call) => {
    calls.push(call);
    if (calls.length >= fatal) throw new ProcessDied(`at call ${fatal}: ${nameOf(call)}`);
  });
  return { deps: mortal, calls };
}

/**
 * A process that dies just before its n-th call (from 1) that changes something others can see: had it died before one
 * that only reads, the world would be the same.
 */
export function dyingAtChange(deps: Deps, fatal: number): { deps: Deps; changes: readonly PortCall[] } {
  const changes: PortCall[] = [];
  const mortal = watched(deps, (call) => {
    if (!READS[call.port].includes(call.method)) changes.push(call);
    if (changes.length >= fatal) throw new ProcessDied(`at change ${fatal}: ${nameOf(call)}`);
  });
  return { deps: mortal, changes };
}

/** A method that is not here counts as one that changes something. */
const READS: Readonly<Record<WatchedPort, readonly string[]>> = {
  lake: ['stat', 'open', 'ranges', 'read', 'list', 'download'],
  ledger: ['find', 'findDrop', 'list'],
  registry: ['find', 'all'],
  reader: ['readHeaders', 'read'],
  history: ['seriesOf'],
  secrets: ['get'],
  scratch: ['open'],
  sql: ['open'],
  quality: ['history'],
  breakers: ['get', 'all'],
  deliveries: ['get', 'all'],
  sourceStates: ['get', 'all'],
};

/** `lake.write runs/run_.../summary.json`: a call as people would tell it. */
export function nameOf({ port, method, args }: PortCall): string {
  const place = args.filter((arg) => typeof arg === 'string').slice(0, port === 'lake' ? 2 : 1);
  return `${port}.${method} ${place.join('/')}`.trim();
}

async function made(
  call: PortCall,
  go: () => unknown,
  before: (call: PortCall) => Promise<void> | void,
): Promise<unknown> {
  // What a writer disposes of is memory and local files: a dead process leaves neither.
  if (!call.method.startsWith('Symbol')) await before(call);
  return await go();
}

async function* listed(
  call: PortCall,
  go: () => unknown,
  before: (call: PortCall) => Promise<void> | void,
): AsyncGenerator {
  await before(call);
  const files = go();
  if (isAsyncIterable(files)) yield* files;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
