import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeHostKeys } from './host/host-keys.ts';

const Key = z.string().min(32);

/** Keys of a local store: they stay the same from start to start, so that links and pseudonyms do. */
export type LocalKeys = z.infer<typeof LocalKeys>;
const LocalKeys = z.object({
  host: z.object({ master: Key, function: Key, system: Key }),
  pseudonymKey: Key,
});

export function makeLocalKeys(): LocalKeys {
  return { host: makeHostKeys(), pseudonymKey: randomBytes(32).toString('base64url') };
}

/** The keys kept in the folder, made on the first start and readable by their owner only. */
export async function localKeysIn(dataDir: string): Promise<LocalKeys> {
  const file = join(dataDir, 'keys.json');
  try {
    return LocalKeys.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const keys = makeLocalKeys();
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  return keys;
}
