import { zipSync } from 'fflate';

// A ZIP whose bytes follow from its files alone: not from when, where or by whom it was written.

export type ZipEntry = { readonly path: string; readonly bytes: Uint8Array };

/** The first day that a ZIP knows. Local time on purpose: that is what the format holds, so it is the same everywhere. */
const ANY_DAY = new Date(1980, 0, 1);
const UNIX = 3;
/** A plain file that its owner may write and all may read. */
const PLAIN_FILE = 0o100_644 << 16;

/** Throws RangeError for two files at one path. */
export function deterministicZip(entries: readonly ZipEntry[]): Uint8Array {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const twice = sorted.find(({ path }, index) => sorted[index + 1]?.path === path);
  if (twice !== undefined) throw new RangeError(`two files would lie at ${twice.path}`);
  const files = sorted.map(({ path, bytes }) => [
    path,
    [bytes, { level: 6, mtime: ANY_DAY, os: UNIX, attrs: PLAIN_FILE }],
  ]);
  return zipSync(Object.fromEntries(files));
}
