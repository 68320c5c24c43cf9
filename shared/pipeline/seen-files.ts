import type { Lake } from '../ports/lake.ts';
import type { Zone } from '../topology.ts';

// To write over exactly what was seen: whoever wrote in between may know something newer.

/** Versions of files that were there, by path. */
export type SeenFiles = ReadonlyMap<string, string>;

export async function seenFiles(lake: Lake, zone: Zone, paths: readonly string[]): Promise<SeenFiles> {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const file = await lake.stat(zone, path);
    if (file !== undefined) seen.set(path, file.etag);
  }
  return seen;
}

/** The condition of a write: the file is as it was seen, or not there if it was not. */
export function asSeen(seen: SeenFiles, path: string): 'absent' | { readonly etag: string } {
  const etag = seen.get(path);
  return etag === undefined ? 'absent' : { etag };
}
