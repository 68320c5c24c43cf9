import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { pathsBelow } from '../source-files.ts';
import type { BicepReader } from './read-bicep.ts';
import type { BicepFile, Resource } from './syntax.ts';

// All templates together, with the data that they load.

export type Templates = {
  readonly files: ReadonlyMap<string, BicepFile>;
  /** Text of every other file, by its path from the root of the templates. */
  readonly data: ReadonlyMap<string, string>;
};

/** A complaint: where, and what is wrong. */
export type Finding = string;

export const ROOT_FOLDER = 'infra';

/** Texts of all files below infra/, by their path from there. */
export function infraTexts(): Map<string, string> {
  return new Map(
    pathsBelow(ROOT_FOLDER).map((path) => [relative(ROOT_FOLDER, path), readFileSync(path, 'utf8')]),
  );
}

/** Reads texts; files that were read before are given in `known`. Throws NotReadable. */
export function templatesOf(
  texts: ReadonlyMap<string, string>,
  read: BicepReader,
  known: ReadonlyMap<string, BicepFile> = new Map(),
): Templates {
  const files = new Map<string, BicepFile>();
  const data = new Map<string, string>();
  for (const [path, text] of texts) {
    if (path.endsWith('.bicep')) files.set(path, known.get(path) ?? read(path, text));
    else data.set(path, text);
  }
  return { files, data };
}

export type PlacedResource = { readonly file: BicepFile; readonly resource: Resource };

/** Resources that the templates make, of one type or of all; those that they only mention are left out. */
export function resourcesIn({ files }: Templates, type?: string): PlacedResource[] {
  return [...files.values()].flatMap((file) =>
    file.resources
      .filter((resource) => !resource.isExisting && (type === undefined || resource.type === type))
      .map((resource) => ({ file, resource })),
  );
}

/** JSON beside the templates; undefined for a file that there is not. */
export function jsonIn({ data }: Templates, path: string): unknown {
  const text = data.get(path);
  return text === undefined ? undefined : JSON.parse(text);
}
