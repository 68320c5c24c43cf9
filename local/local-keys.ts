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
  const kept = await textOf(file);
  if (kept !== undefined) return keysFrom(kept, file);
  const keys = makeLocalKeys();
  await mkdir(dataDir, { recursive: true });
  // Two first starts at once: the later one fails rather than replace the keys that the other already uses.
  await writeFile(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return keys;
}

/** Undefined where there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
      return undefined;
    throw error;
  }
}

/** The error has no cause: that of a JSON parser quotes the text, which is keys. */
function keysFrom(text: string, file: string): LocalKeys {
  try {
    return LocalKeys.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${file} is damaged. No new keys were made: links would break, and pseudonyms would join with none made before. ` +
        'Restore the file, or delete it to start with new keys.',
    );
  }
}
