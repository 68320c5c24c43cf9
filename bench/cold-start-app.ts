import { readdir } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The built app in a fresh process, with just as much of the host around it as one message on `validate` needs.
// Prints a line when everything is registered, when the message is handled, and, called with `everything`, when all
// that is loaded late is loaded as well; each with the milliseconds since the start of the process, and with those of
// the processor, which neighbours hardly change.

type Handler = (message: unknown, context: unknown) => Promise<unknown>;

/** What a process or a thread begins with; everything else is imported by them, now or late. */
const IS_ENTRY = new Set(['index.mjs', 'csv-worker.mjs']);

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

const DIST = join(import.meta.dirname, '../dist');
const load = (file: string): Promise<unknown> => import(pathToFileURL(join(DIST, file)).href);

await load('index.mjs');
say('registered');
const { InvocationContext } = await import('@azure/functions');
const validate = handlers.get('validate');
if (validate === undefined) throw new Error('the built app has no function named validate');
const message = { v: 1, runId: 'run_000000000000', stage: 'validate', attempt: 1 };
const context = new InvocationContext({
  functionName: 'validate',
  invocationId: 'bench',
  logHandler: () => undefined,
});
await validate(message, context);
say('handled');
if (process.argv.includes('everything')) {
  const chunks = (await readdir(DIST)).filter((file) => file.endsWith('.mjs') && !IS_ENTRY.has(file));
  await Promise.all([...chunks.map(load), import('@duckdb/node-api')]);
  say('loaded');
}

function say(what: string): void {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${what} ${performance.now()} ${(user + system) / 1_000}\n`);
}
