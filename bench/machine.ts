import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Needs } from './case-list.ts';
import { onOneCore, outputOf, PYTHON } from './run-case.ts';

// What the figures were measured on and with.

export type Machine = Readonly<Record<string, string | number>>;

export async function thisMachine(): Promise<Machine> {
  // Versions are exact there.
  const own = PackageJson.parse(
    JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')),
  );
  const version = (name: string): string => own.dependencies[name] ?? 'none';
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    ramGb: Math.round(totalmem() / 1e9),
    node: process.version,
    duckdb: version('@duckdb/node-api'),
    zod: version('zod'),
    csvParse: version('csv-parse'),
    python: await pythonVersions(),
  };
}

const PackageJson = z.object({ dependencies: z.record(z.string(), z.string()) });

const ASK_VERSIONS = `
import sys
found = ['CPython ' + sys.version.split()[0]]
for name in ('pandas', 'pydantic', 'pyarrow'):
    try:
        found.append(name + ' ' + str(__import__(name).__version__))
    except ImportError:
        pass
print(', '.join(found))`;

async function pythonVersions(): Promise<string> {
  try {
    return (await outputOf('versions', PYTHON, ['-c', ASK_VERSIONS])).trim();
  } catch {
    return 'none';
  }
}

/** Why a case cannot run here; undefined when it can. */
export async function whyNotHere(needs: Needs | undefined): Promise<string | undefined> {
  if (needs === undefined) return undefined;
  try {
    if ('node' in needs) createRequire(import.meta.url).resolve(needs.node);
    else if ('tool' in needs) await tryOneCore();
    else await outputOf('needs', PYTHON, ['-c', `import ${needs.python.join(', ')}`]);
    return undefined;
  } catch {
    return 'not installed';
  }
}

async function tryOneCore(): Promise<void> {
  const [command, ...args] = await onOneCore();
  await outputOf('needs', command, [...args, 'true']);
}
