import { glob, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { RegisteredFunction } from './core-contract.ts';
import type { FunctionsCore } from './functions-core.ts';
import { errorOf, messageOf } from './host-log.ts';

/** The app cannot be started; the message names the file and the cause. */
export class AppNotLoadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppNotLoadable';
  }
}

const Manifest = z.looseObject({ name: z.string().optional(), main: z.string().min(1).optional() });

/** Imports what `main` of the app's package.json matches and returns the functions it registered. */
export async function loadApp(
  appDir: string,
  core: FunctionsCore,
  importFile: (path: string) => Promise<unknown> = (path) => import(pathToFileURL(path).href),
): Promise<readonly RegisteredFunction[]> {
  const pattern = await entryPattern(appDir);
  const files = await Array.fromAsync(glob(pattern, { cwd: appDir }));
  if (files.length === 0) {
    throw new AppNotLoadable(`${appDir}/package.json: no file matches "main": "${pattern}".`);
  }
  for (const file of files.toSorted()) {
    try {
      await importFile(join(appDir, file));
    } catch (thrown) {
      const cause = errorOf(thrown);
      throw new AppNotLoadable(
        `${relative(process.cwd(), join(appDir, file)) || file} threw while it was loaded: ${cause.message}`,
        { cause },
      );
    }
  }
  await startApp(appDir, core);
  const functions = core.functions();
  if (functions.length === 0) {
    throw new AppNotLoadable(
      `${files.join(', ')} in ${appDir} registered no function: call app.http(), app.timer(), … from it.`,
    );
  }
  return functions;
}

async function startApp(appDir: string, core: FunctionsCore): Promise<void> {
  try {
    await core.runHooks('appStart', {
      hookData: {},
      appHookData: core.appHookData,
      functionAppDirectory: appDir,
    });
  } catch (thrown) {
    const cause = errorOf(thrown);
    throw new AppNotLoadable(`an appStart hook of ${appDir} failed: ${cause.message}`, { cause });
  }
  const capabilities = await core.model()?.getCapabilities({});
  if (capabilities?.['HttpUri'] !== undefined) {
    // HTTP streams travel around the host over a server of the library. The app does not use them.
    throw new AppNotLoadable(
      'this host does not forward HTTP streams: remove app.setup({ enableHttpStream })',
    );
  }
  core.lock();
}

async function entryPattern(appDir: string): Promise<string> {
  const path = join(appDir, 'package.json');
  try {
    const manifest = Manifest.parse(JSON.parse(await readFile(path, 'utf8')));
    return manifest.main ?? 'index.js';
  } catch (error) {
    throw new AppNotLoadable(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
