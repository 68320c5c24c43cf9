import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { EXTERNAL_PACKAGES, PackageJson } from './bundle.ts';
import type { ZipEntry } from './deterministic-zip.ts';

// What is deployed: the bundle, and the few packages that cannot be in it, as they were installed here.

/** The plan in Azure runs on this platform, whatever the machine that packages is. */
const BINDING = '@duckdb/node-bindings-linux-x64';
const NOT_RUN = /\.(?:map|md|markdown|flow|[cm]?ts)$/i;

export class PackageIncomplete extends Error {
  override readonly name = 'PackageIncomplete';
}

/** The files of a built dist/, without source maps: they would be two thirds of it, and nothing in Azure reads them. */
export async function bundledFiles(dist: string): Promise<readonly ZipEntry[]> {
  return await filesBelow(dist, dist);
}

/** Every package that the bundle leaves out, with all that it needs. Throws PackageIncomplete. */
export async function externalFiles(root: string): Promise<readonly ZipEntry[]> {
  const locked = await lockedVersions(root);
  const folders = new Set<string>();
  for (const name of EXTERNAL_PACKAGES) await addPackage(name, '', { root, locked, folders });
  const files = await Promise.all([...folders].map((folder) => filesBelow(join(root, folder), root)));
  return files.flat();
}

type Collected = {
  readonly root: string;
  readonly locked: ReadonlyMap<string, string>;
  /** Folders of packages, from the root. */
  readonly folders: Set<string>;
};

async function addPackage(name: string, from: string, collected: Collected): Promise<void> {
  const { root, locked, folders } = collected;
  const found = await installedPackage(name, from, root);
  if (found === undefined) {
    const how =
      name === BINDING
        ? 'npm installs it on Linux x64 only; elsewhere: npm install --no-save --os=linux --cpu=x64'
        : 'Run npm ci first';
    throw new PackageIncomplete(`${name} is not installed, and the app does not run without it. ${how}.`);
  }
  const { folder, own } = found;
  if (folders.has(folder)) return;
  if (own.version !== locked.get(folder)) {
    throw new PackageIncomplete(
      `${folder} is version ${own.version}, package-lock.json has ${locked.get(folder) ?? 'none'}. Run npm ci first.`,
    );
  }
  folders.add(folder);
  const wanted = [
    ...Object.keys(own.dependencies),
    ...Object.keys(own.optionalDependencies).filter((optional) => optional === BINDING),
  ];
  for (const dependency of wanted) await addPackage(dependency, folder, collected);
}

/** As Node looks for a package: beside the one that asks, then further out. */
async function installedPackage(name: string, from: string, root: string) {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules') - 1))) {
    const folder = `${place === '' ? '' : `${place}/`}node_modules/${name}`;
    const text = await readFile(join(root, folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return { folder, own: PackageJson.parse(JSON.parse(text)) };
    if (place === '') return undefined;
  }
}

const Lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

async function lockedVersions(root: string): Promise<ReadonlyMap<string, string>> {
  const { packages } = Lock.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  return new Map(Object.entries(packages).map(([folder, { version = '' }]) => [folder, version]));
}

async function filesBelow(folder: string, base: string): Promise<readonly ZipEntry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile() && !NOT_RUN.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    // A package inside a package is one of its own, or is not needed.
    .filter((path) => !relative(folder, path).split(sep).includes('node_modules'));
  return await Promise.all(
    paths.map(async (path) => ({
      path: relative(base, path).split(sep).join('/'),
      bytes: await readFile(path),
    })),
  );
}
