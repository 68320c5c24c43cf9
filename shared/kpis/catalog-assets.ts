import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

// The one place that knows where definitions and models lie: in folders beside this file. The bundle has no
// source files, so the build copies both folders next to it and the same relative path holds.

/** A file of the catalogue: `catalog/par.yaml` or `models/stg_loans.sql`, whatever subject's folder below it lies in. */
export type CatalogAsset = { readonly name: string; readonly text: string };

/** All definitions and models in name order. Names use `/` on every system. */
export async function readCatalogAssets(
  root: string = import.meta.dirname,
): Promise<readonly CatalogAsset[]> {
  const folders = await Promise.all([
    readFolder(root, 'catalog', '.yaml'),
    readFolder(root, 'models', '.sql'),
  ]);
  return folders.flat();
}

async function readFolder(root: string, folder: string, extension: string): Promise<CatalogAsset[]> {
  const paths = await readdir(join(root, folder), { recursive: true });
  const assets = paths
    .filter((path) => path.endsWith(extension))
    .map(async (path) => ({
      name: `${folder}/${basename(path)}`,
      text: await readFile(join(root, folder, path), 'utf8'),
    }));
  return (await Promise.all(assets)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
