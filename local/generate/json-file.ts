import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExpectedFile } from './expected-sums.ts';

/** A document as a web interface returns it. */
export type JsonFile = {
  readonly path: string;
  readonly document: unknown;
  /** Records in it, and exact sums of some of their fields. */
  readonly expected: ExpectedFile;
};

export async function writeJsonFile(
  dir: string,
  { path, document, expected }: JsonFile,
): Promise<ExpectedFile> {
  await mkdir(join(dir, dirname(path)), { recursive: true });
  await writeFile(join(dir, path), `${JSON.stringify(document, undefined, 1)}\n`);
  return expected;
}
