import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

// The sources as text, for tests of what compilers do not see.

export const ROOT = join(import.meta.dirname, '../..');

export type SourceFile = {
  /** From the root of the repository: `shared/domain/ids.ts`. */
  readonly path: string;
  readonly text: string;
  /** What it imports: paths from the root for our own files, names for packages. */
  readonly imports: readonly string[];
};

const IMPORT = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*)'([^']+)'/g;

/** Every TypeScript file below these folders. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    pathsBelow(folder)
      .filter((path) => path.endsWith('.ts'))
      .map((path) => {
        const text = readFileSync(join(ROOT, path), 'utf8');
        const imports = [...text.matchAll(IMPORT)].map(([, name = '']) =>
          name.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), name)) : name,
        );
        return { path, text, imports };
      }),
  );
}

/** Every file below a folder, from the root of the repository. */
export function pathsBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .toSorted();
}
