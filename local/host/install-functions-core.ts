import { registerHooks } from 'node:module';
import type { CoreApi } from './functions-core.ts';

// `@azure/functions` asks for `@azure/functions-core`, which no registry has: the worker of the real host
// answers that name from within, and so does this hook. The library keeps the answer for the life of the
// process, so install before the first import of the app, once.

const NAME = '@azure/functions-core';
const PRIVATE_URL = 'functions-core:host';
const SLOT = Symbol.for('abaco.functions-core');

export function installFunctionsCore(api: CoreApi): void {
  if (SLOT in globalThis) throw new Error('this process already runs a Functions host: one app per process');
  Object.defineProperty(globalThis, SLOT, { value: api });
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === NAME
        ? { url: PRIVATE_URL, format: 'commonjs', shortCircuit: true }
        : nextResolve(specifier, context),
    load: (url, context, nextLoad) =>
      url === PRIVATE_URL
        ? {
            format: 'commonjs',
            source: `module.exports = globalThis[Symbol.for(${JSON.stringify(SLOT.description)})]`,
            shortCircuit: true,
          }
        : nextLoad(url, context),
  });
}
