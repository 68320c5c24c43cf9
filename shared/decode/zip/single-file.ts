import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import { shownEntry } from './directory-checks.ts';
import { localFile } from './local-file.ts';
import { orProblem, refused } from './unreadable-file.ts';
import { openZip, type ZipEntry } from './zip-archive.ts';
import type { ZipLimits } from './zip-limits.ts';

export type SingleFile = {
  /** Without the folders that it lay in. */
  readonly name: string;
  /** Over the unpacked copy; to be disposed before the scratch folder goes. */
  readonly source: ByteSource & AsyncDisposable;
};

/**
 * The one data file of an exported ZIP, unpacked into the scratch folder. The copy has a name of its own: what the
 * archive calls it decides nothing on the disk.
 */
export async function unpackSingleFile(
  source: ByteSource,
  scratchDir: string,
  limits: Partial<ZipLimits> = {},
): Promise<SingleFile | Problem> {
  const zip = await openZip(source, { ...limits, allowWorkbooks: true });
  if ('code' in zip) return zip;
  const files = zip.entries.filter((entry) => !entry.isFolder && !isLitter(entry.name));
  const [only] = files;
  if (only === undefined) return NO_FILE;
  if (files.length > 1) return severalFiles(files);
  if (!DATA_FILE.test(only.name)) return notData(only.name);
  return await orProblem(async () => {
    const path = join(scratchDir, randomUUID());
    await unpack(only, path);
    return { name: baseName(only.name), source: await localFile(path) };
  });
}

const DATA_FILE = /\.(?:csv|tsv|txt|xlsx|json|jsonl|ndjson|parquet)$/i;

/** What macOS and Windows put beside the files of a folder. */
function isLitter(name: string): boolean {
  const base = baseName(name).toLowerCase();
  return /(?:^|\/)__MACOSX\//i.test(name) || ['.ds_store', 'thumbs.db', 'desktop.ini'].includes(base);
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

async function unpack(entry: ZipEntry, path: string): Promise<void> {
  try {
    await using file = await open(path, 'wx');
    for await (const piece of entry.bytes()) await file.writeFile(piece);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

const NO_FILE = refused(
  'empty-file',
  'The ZIP holds no file. Nothing was read. Export it again and drop the new file.',
);

function severalFiles(files: readonly ZipEntry[]): Problem {
  const shown = files.slice(0, 5).map(({ name }) => shownEntry(name));
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
  return refused(
    'unsupported-format',
    `The ZIP holds ${files.length} files: ${shown.join(', ')}${more}. Nothing was read, since nobody can tell which one is meant. Unpack it and drop each data file by itself.`,
  );
}

function notData(name: string): Problem {
  return refused(
    'unsupported-format',
    `The file in the ZIP is ${shownEntry(name)}, which is no CSV, XLSX, JSON or Parquet file by its name. Nothing was read. Put the data file itself into the ZIP, or drop it without one.`,
  );
}
