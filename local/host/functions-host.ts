import type { QueueClient } from '@azure/storage-queue';
import { type BlobListener, startBlobListener } from './blob-listener.ts';
import { blobReceipts } from './blob-receipts.ts';
import { blobTriggerOf } from './blob-trigger.ts';
import { type RegisteredFunction, triggerOf } from './core-contract.ts';
import { createFunctionRunner } from './function-runner.ts';
import { type CoreApi, createFunctionsCore } from './functions-core.ts';
import { hostEndpoints } from './host-endpoints.ts';
import { hostIdOf } from './host-id.ts';
import { readHostJson } from './host-json.ts';
import type { HostKeys } from './host-keys.ts';
import { type HostLogLine, logToStderr, sayTo } from './host-log.ts';
import { bodyLimitFrom } from './http-body.ts';
import { httpRouteOf } from './http-route.ts';
import { startHttpServer } from './http-server.ts';
import { installFunctionsCore } from './install-functions-core.ts';
import { loadApp } from './load-app.ts';
import { outputWriter } from './outputs.ts';
import type { Listener, QueueListener } from './queue-listener.ts';
import { prepareQueue } from './queue-trigger.ts';
import { settingsFrom } from './settings.ts';
import { settledWithin } from './settled-within.ts';
import { storageAccounts } from './storage-clients.ts';
import { prepareTimer } from './timer-trigger.ts';

// A Functions host in this process, for development and tests: the real @azure/functions library above, the
// triggers and bindings of the real host (as far as the app uses them) below. Not mirrored: HTTP streams,
// functionTimeout, input bindings, identities, more than one instance.

export type FunctionSummary = {
  name: string;
  /** `httpTrigger`, `queueTrigger`, … */
  trigger: string;
  isDisabled: boolean;
  /** Path of an HTTP function, with the prefix. */
  path?: string;
};

export type FunctionsHost = {
  url: string;
  port: number;
  keys: HostKeys;
  functions: readonly FunctionSummary[];
  /** Takes no more work, waits up to `graceMs` (10 s) for what runs, hands the rest back to its queue. */
  stop(options?: { graceMs?: number }): Promise<void>;
  /** Nothing is in flight. */
  idle(): boolean;
};

export type HostOptions = {
  /** Folder with package.json and host.json. */
  appDir: string;
  /** 0 (the default): any free one. */
  port?: number;
  /** Connection string of AzureWebJobsStorage. */
  storage: string;
  keys: HostKeys;
  /** How long a message is hidden while its function runs; renewed at half time. */
  leaseSeconds?: number;
  /** Longest pause between two looks at an empty queue; default: `maxPollingInterval` of host.json. */
  pollMs?: number;
  /** Pause between two scans of blob containers; 0: none, events only. */
  scanMs?: number;
  log?: (line: HostLogLine) => void;
};

const DEFAULT_LEASE_SECONDS = 600;
const DEFAULT_SCAN_MS = 1000;
const DEFAULT_GRACE_MS = 10_000;

/** Loads the app and drives its triggers. One app per process: the library keeps its core. */
export async function startFunctionsHost(
  options: HostOptions,
  provideCore: (api: CoreApi) => void = installFunctionsCore,
): Promise<FunctionsHost> {
  const { appDir, keys, log = logToStderr, leaseSeconds = DEFAULT_LEASE_SECONDS } = options;
  // As in Azure, the app sees the setting of its host.
  process.env['AzureWebJobsStorage'] = options.storage;
  const settings = settingsFrom(process.env, options.storage);
  const hostJson = await readHostJson(appDir);
  const { queues, blobs, http } = hostJson.extensions;
  const core = createFunctionsCore(log);
  provideCore(core.api);
  const functions = await loadApp(appDir, core);

  const hostId = hostIdOf(appDir, settings);
  const openAccount = storageAccounts();
  const hostAccount = openAccount(options.storage);
  const queueListeners: QueueListener[] = [];
  const onQueued = (queue: QueueClient): void => {
    for (const listener of queueListeners) if (listener.queueUrl === queue.url) listener.wake();
  };
  const writeOutputs = outputWriter({
    settings,
    openAccount,
    queueEncoding: queues.messageEncoding,
    onQueued,
  });
  const runner = createFunctionRunner(core, writeOutputs, log);
  const invokerOf = (fn: RegisteredFunction): ReturnType<typeof runner.invokerOf> =>
    runner.invokerOf(fn, triggerOf(fn).name);
  const enabled = functions.filter((fn) => !settings.isDisabled(fn.name));
  const withTrigger = (type: string): RegisteredFunction[] =>
    enabled.filter((fn) => triggerOf(fn).type === type);
  const polling = { leaseSeconds, maxPollMs: options.pollMs ?? queues.maxPollingInterval };

  // Everything that can be wrong with a binding is found before anything runs.
  for (const fn of functions) refuseUnknown(fn);
  const routes = withTrigger('httpTrigger').map((fn) => httpRouteOf(fn, http.routePrefix, invokerOf(fn)));
  const prepared = {
    settings,
    openAccount,
    queues,
    account: hostAccount.blobs,
    hostId,
    onQueued,
    ...polling,
  };
  const queueStarts = withTrigger('queueTrigger').map((fn) =>
    prepareQueue(fn, { ...prepared, invoke: invokerOf(fn), say: sayTo(log, fn.name) }),
  );
  const timerStarts = withTrigger('timerTrigger').map((fn) =>
    prepareTimer(fn, { ...prepared, invoke: invokerOf(fn), say: sayTo(log, fn.name) }),
  );
  const blobTriggers = withTrigger('blobTrigger').map((fn) => ({
    trigger: blobTriggerOf(fn, settings, openAccount),
    invoke: invokerOf(fn),
  }));
  let blobListener: BlobListener | undefined;
  const server = await startHttpServer({
    port: options.port ?? 0,
    routes,
    endpoints: hostEndpoints(enabled, invokerOf, () => blobListener),
    keys,
    bodyLimit: bodyLimitFrom(settings.get('FUNCTIONS_REQUEST_BODY_SIZE_LIMIT')),
    say: sayTo(log),
  });

  if (blobTriggers.length > 0) {
    blobListener = startBlobListener({
      ...polling,
      triggers: blobTriggers,
      hostAccount,
      hostId,
      receipts: blobReceipts(hostAccount.blobs, hostId),
      blobs,
      scanMs: options.scanMs ?? DEFAULT_SCAN_MS,
      onQueued,
      say: sayTo(log),
    });
  }
  queueListeners.push(...queueStarts.map((start) => start()));
  const listeners: Listener[] = [...queueListeners, ...timerStarts.map((start) => start())];
  if (blobListener !== undefined) listeners.push(blobListener);

  let stopped: Promise<void> | undefined;
  async function stopAll(graceMs: number): Promise<void> {
    const [unfinished] = await Promise.all([
      Promise.all(listeners.map((listener) => listener.stop(graceMs))),
      server.stop(graceMs),
      // Runs by hand belong to no listener.
      settledWithin(runner.settled(), graceMs),
    ]);
    const count = unfinished.reduce((sum, one) => sum + one, 0);
    if (count > 0) sayTo(log)('warning', `${count} runs did not finish in time; their messages went back`);
    await core.runHooks('appTerminate', { hookData: {}, appHookData: core.appHookData });
  }
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    keys,
    functions: functions.map((fn) => {
      const path = routes.find((route) => route.functionName === fn.name)?.path;
      const isDisabled = settings.isDisabled(fn.name);
      return {
        name: fn.name,
        trigger: triggerOf(fn).type,
        isDisabled,
        ...(path === undefined ? {} : { path }),
      };
    }),
    stop: ({ graceMs = DEFAULT_GRACE_MS } = {}) => (stopped ??= stopAll(graceMs)),
    idle: () =>
      runner.inFlight() === 0 && server.inFlight() === 0 && listeners.every((one) => one.inFlight() === 0),
  };
}

const KNOWN_TRIGGERS: readonly string[] = ['httpTrigger', 'queueTrigger', 'blobTrigger', 'timerTrigger'];

function refuseUnknown(fn: RegisteredFunction): void {
  const { type } = triggerOf(fn);
  if (!KNOWN_TRIGGERS.includes(type))
    throw new Error(`function ${fn.name}: this host has no trigger ${type}`);
  const input = fn.bindings.find((binding) => binding.direction === 'in' && binding.type !== type);
  if (input !== undefined) {
    throw new Error(`function ${fn.name}: this host has no input binding (${input.name}, ${input.type})`);
  }
}
