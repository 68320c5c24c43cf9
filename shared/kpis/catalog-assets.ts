import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

// The one place that knows where definitions and models lie: in folders beside this file. The bundle has no
// source files, so the build copies both folders next to it and the same relative path holds.

/** A file of the catalogue: `catalog/par.yaml` or `models/stg_loans.sql`. */
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
  const names = (await readdir(join(root, folder))).filter((name) => name.endsWith(extension)).toSorted();
  return Promise.all(
    names.map(async (name) => ({
      name: `${folder}/${name}`,
      text: await readFile(join(root, folder, name), 'utf8'),
    })),
  );
}
