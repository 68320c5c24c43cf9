import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The built app in a fresh process, with just as much of the host around it as one message on `validate` needs.
// Prints how many milliseconds after the start of the process everything was registered.

type Handler = (message: unknown, context: unknown) => Promise<unknown>;

const handlers = new Map<string, Handler>();
const core = {
  version: '3.9.1',
  hostVersion: '4.1037.0',
  Disposable: class {
    dispose(): void {
      return undefined;
    }
  },
  setProgrammingModel: () => undefined,
  getProgrammingModel: () => undefined,
  registerFunction: ({ name }: { name: string }, handler: Handler) => void handlers.set(name, handler),
  registerHook: () => undefined,
  log: () => undefined,
};
Object.defineProperty(globalThis, 'functionsCore', { value: core });
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === '@azure/functions-core'
      ? { url: 'functions-core:bench', format: 'commonjs', shortCircuit: true }
      : nextResolve(specifier, context),
  load: (url, context, nextLoad) =>
    url === 'functions-core:bench'
      ? { format: 'commonjs', source: 'module.exports = globalThis.functionsCore', shortCircuit: true }
      : nextLoad(url, context),
});

await import(pathToFileURL(join(import.meta.dirname, '../dist/index.mjs')).href);
const registeredMs = performance.now();
const { InvocationContext } = await import('@azure/functions');
const validate = handlers.get('validate');
if (validate === undefined) throw new Error('the built app has no function named validate');
const message = { v: 1, runId: 'run_000000000000', stage: 'validate', attempt: 1 };
const context = new InvocationContext({
  functionName: 'validate',
  invocationId: 'bench',
  logHandler: () => undefined,
});
process.stdout.write(`${registeredMs}\n`);
await validate(message, context);
