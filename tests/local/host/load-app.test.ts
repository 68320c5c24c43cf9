import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { ProgrammingModel } from '../../../local/host/core-contract.ts';
import { createFunctionsCore, type FunctionsCore } from '../../../local/host/functions-core.ts';
import { loadApp } from '../../../local/host/load-app.ts';

const METADATA = { name: 'f', bindings: { req: { type: 'httpTrigger', direction: 'in' } } };

function app(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/host-apps/${name}`, import.meta.url));
}

function newCore(): FunctionsCore {
  return createFunctionsCore(() => {});
}

describe('loading an app', () => {
  it('imports every file that main matches, runs appStart hooks and ends registration', async () => {
    const core = newCore();
    const files: string[] = [];
    const started: unknown[] = [];
    core.api.registerHook('appStart', (context) => started.push(context['functionAppDirectory']));

    const functions = await loadApp(app('conformance'), core, async (path) => {
      files.push(path.slice(path.lastIndexOf('/') + 1));
      if (path.endsWith('web.ts')) core.api.registerFunction(METADATA, () => {});
    });

    expect(files).toEqual(['blobs.ts', 'queues.ts', 'timers.ts', 'web.ts']);
    expect(started).toEqual([app('conformance')]);
    expect(functions).toHaveLength(1);
    expect(() => core.api.registerFunction({ ...METADATA, name: 'g' }, () => {})).toThrow();
  });

  it('names the file and the cause when one throws', async () => {
    const load = loadApp(app('throws'), newCore(), async () => Promise.reject(new Error('no FEED_URL')));

    await expect(load).rejects.toThrow(/throws\/index\.ts threw while it was loaded: no FEED_URL/);
  });

  it('refuses an app that registers nothing, has no file, or no package.json', async () => {
    await expect(loadApp(app('empty'), newCore(), async () => {})).rejects.toThrow('registered no function');
    await expect(loadApp(app('matches-nothing'), newCore())).rejects.toThrow('no file matches "main"');
    await expect(loadApp(app('not-there'), newCore())).rejects.toThrow('package.json cannot be read');
  });

  it('refuses an app whose start hook fails', async () => {
    const core = newCore();
    core.api.registerHook('appStart', () => {
      throw new Error('no database');
    });

    await expect(loadApp(app('empty'), core, async () => {})).rejects.toThrow(/appStart hook .* no database/);
  });

  it('refuses HTTP streams, which it does not forward', async () => {
    const core = newCore();
    const streaming = { getCapabilities: async () => ({ HttpUri: 'http://127.0.0.1:1' }) };
    core.api.setProgrammingModel(streaming as unknown as ProgrammingModel);

    await expect(loadApp(app('empty'), core, async () => {})).rejects.toThrow(
      'does not forward HTTP streams',
    );
  });
});
