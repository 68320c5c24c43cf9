import { z } from 'zod';
import {
  type FunctionCallback,
  FunctionMetadata,
  HOOK_NAMES,
  type Hook,
  type HookContext,
  type HookName,
  type ProgrammingModel,
  type RegisteredFunction,
} from './core-contract.ts';
import { type HostLog, isHostLogLevel } from './host-log.ts';

/** Registrations of one app: what the library reports through the module `@azure/functions-core`. */
export type FunctionsCore = {
  /** The exports of `@azure/functions-core`, as the library sees them. */
  api: CoreApi;
  functions(): readonly RegisteredFunction[];
  model(): ProgrammingModel | undefined;
  runHooks(name: HookName, context: HookContext): Promise<void>;
  /** `log` hooks cannot wait: a log call is synchronous. */
  runLogHooks(context: HookContext): void;
  /** Data that hooks share for the life of the app. */
  appHookData: Record<string, unknown>;
  /** After the app is loaded nothing more can be registered. */
  lock(): void;
};

export type CoreApi = {
  version: string;
  hostVersion: string;
  Disposable: typeof Disposable;
  setProgrammingModel(model: ProgrammingModel): void;
  getProgrammingModel(): ProgrammingModel | undefined;
  registerFunction(metadata: unknown, callback: FunctionCallback): Disposable;
  registerHook(name: string, hook: Hook): Disposable;
  log(level: string, category: string, message: string): void;
};

export function createFunctionsCore(log: HostLog): FunctionsCore {
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<HookName, Hook[]>(HOOK_NAMES.map((name) => [name, []]));
  const appHookData: Record<string, unknown> = {};
  let model: ProgrammingModel | undefined;
  let isLocked = false;

  const api: CoreApi = {
    // The worker and the host whose behaviour is mirrored.
    version: '3.9.1',
    hostVersion: '4.1037.0',
    Disposable,
    setProgrammingModel(next) {
      model = next;
    },
    getProgrammingModel: () => model,
    registerFunction(metadata, callback) {
      if (isLocked) throw systemError(Error, 'A function can only be registered while the app starts.');
      const fn = registeredFunction(metadata, callback);
      if (functions.has(fn.id)) throw systemError(Error, `A function named ${fn.id} is already registered.`);
      functions.set(fn.id, fn);
      return new Disposable(() => {
        functions.delete(fn.id);
      });
    },
    registerHook(name, hook) {
      const list = isHookName(name) ? hooks.get(name) : undefined;
      if (list === undefined) throw systemError(RangeError, `Unrecognized hook "${name}"`);
      list.push(hook);
      return new Disposable(() => {
        const index = list.indexOf(hook);
        if (index >= 0) list.splice(index, 1);
      });
    },
    log(level, _category, message) {
      log({
        at: new Date(),
        level: isHostLogLevel(level) ? level : 'information',
        category: 'system',
        message,
      });
    },
  };

  return {
    api,
    appHookData,
    functions: () => [...functions.values()],
    model: () => model,
    async runHooks(name, context) {
      for (const hook of hooks.get(name) ?? []) await hook(context);
    },
    runLogHooks(context) {
      for (const hook of hooks.get('log') ?? []) hook(context);
    },
    lock() {
      isLocked = true;
    },
  };
}

/** Takes something back; the library hands it to the app. */
export class Disposable {
  #undo: (() => unknown) | undefined;

  constructor(undo: () => unknown) {
    this.#undo = undo;
  }

  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const part of parts) part.dispose();
    });
  }

  dispose(): void {
    this.#undo?.();
    this.#undo = undefined;
  }
}

function registeredFunction(metadata: unknown, callback: FunctionCallback): RegisteredFunction {
  const parsed = FunctionMetadata.safeParse(metadata);
  if (!parsed.success) {
    const name = z.looseObject({ name: z.unknown() }).safeParse(metadata).data?.name;
    throw systemError(Error, `function ${String(name)} is not valid: ${z.prettifyError(parsed.error)}`);
  }
  const { name, functionId, bindings, retryOptions } = parsed.data;
  return {
    id: functionId ?? name,
    name,
    bindings,
    metadata,
    callback,
    ...(retryOptions === undefined ? {} : { retryOptions }),
  };
}

function isHookName(name: string): name is HookName {
  return HOOK_NAMES.some((known) => known === name);
}

/** The library tells errors of the platform from those of the app by this mark. */
function systemError(Kind: typeof Error, message: string): Error {
  return Object.assign(new Kind(message), { isAzureFunctionsSystemError: true });
}
