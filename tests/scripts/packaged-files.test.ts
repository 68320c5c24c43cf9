import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { externalFiles } from '../../scripts/packaged-files.ts';
import { ROOT } from '../support/source-files.ts';

// Which installed packages are deployed. The real ones are in tests/e2e/bundle.test.ts; here what may be wrong with them.

const BINDING = '@duckdb/node-bindings-linux-x64';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

type Installed = Record<string, { version?: string; needs?: string[]; mayHave?: string[] }>;

const PACKAGES: Installed = {
  '@duckdb/node-api': { needs: ['@duckdb/node-bindings'] },
  '@duckdb/node-bindings': { mayHave: [BINDING, '@duckdb/node-bindings-darwin-arm64'] },
  [BINDING]: {},
  '@duckdb/node-bindings-darwin-arm64': {},
  '@azure/functions': { needs: ['cookie'] },
  '@azure/functions/node_modules/cookie': { version: '2.0.0' },
  '@azure/functions-extensions-base': {},
  cookie: {},
  jest: {},
};

async function installed(packages: Installed, locked: Installed = packages): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'abaco-packaged-'));
  folders.push(root);
  const inLock: Record<string, { version: string }> = {};
  for (const [name, { version = '1.0.0' }] of Object.entries(locked))
    inLock[`node_modules/${name}`] = { version };
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: inLock }));
  for (const [name, { version = '1.0.0', needs = [], mayHave = [] }] of Object.entries(packages)) {
    const folder = join(root, 'node_modules', name);
    const versions = (names: string[]) => Object.fromEntries(names.map((needed) => [needed, '*']));
    const own = { name, version, dependencies: versions(needs), optionalDependencies: versions(mayHave) };
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), JSON.stringify(own));
    for (const file of ['index.js', 'index.d.ts', 'index.js.map', 'README.md'])
      await writeFile(join(folder, file), name);
  }
  return root;
}

const foldersOf = (files: readonly { path: string }[]): string[] =>
  [...new Set(files.map(({ path }) => dirname(path)))].toSorted();

describe('the packages beside the bundle', () => {
  it('are those that it leaves out with all that they need, and of the bindings the one for Azure', async () => {
    const files = await externalFiles(await installed(PACKAGES));

    expect(foldersOf(files)).toEqual([
      'node_modules/@azure/functions',
      'node_modules/@azure/functions-extensions-base',
      'node_modules/@azure/functions/node_modules/cookie',
      'node_modules/@duckdb/node-api',
      'node_modules/@duckdb/node-bindings',
      `node_modules/${BINDING}`,
    ]);
    expect(files.filter(({ path }) => !/\/(package\.json|index\.js)$/.test(path))).toEqual([]);
  });

  it('are not packed without the binding, and it is said where to get it', async () => {
    const { [BINDING]: _, ...others } = PACKAGES;

    await expect(externalFiles(await installed(others))).rejects.toThrow(
      `${BINDING} is not installed, and the app does not run without it. npm installs it on Linux x64 only; elsewhere: npm install --no-save --os=linux --cpu=x64.`,
    );
  });

  it('are not packed in another version than the lock file has', async () => {
    const other = { ...PACKAGES, '@duckdb/node-api': { version: '1.1.0', needs: ['@duckdb/node-bindings'] } };

    await expect(externalFiles(await installed(other, PACKAGES))).rejects.toThrow(
      'node_modules/@duckdb/node-api is version 1.1.0, package-lock.json has 1.0.0. Run npm ci first.',
    );
  });

  it('are all of this repository as they are installed, none of them twice', async () => {
    const files = await externalFiles(ROOT);

    const paths = files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(foldersOf(files)).toContain(`node_modules/${BINDING}`);
  });
});
