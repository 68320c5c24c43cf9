import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { localKeysIn, makeLocalKeys } from '../../local/local-keys.ts';
import { parsePseudonymKey } from '../../shared/privacy/pseudonym-key.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-keys-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the keys of a machine', () => {
  it('hold 256 random bits for pseudonyms, in a form that the product takes', () => {
    const { pseudonymKey } = makeLocalKeys();

    expect(Buffer.from(pseudonymKey, 'base64url')).toHaveLength(32);
    expect(parsePseudonymKey(pseudonymKey)).toEqual({ version: 1, key: pseudonymKey });
    expect(makeLocalKeys().pseudonymKey).not.toBe(pseudonymKey);
  });

  it('are made on the first start and stay, so that tokens of yesterday still join', async () => {
    const dataDir = join(dir, 'not', 'there', 'yet');

    const keys = await localKeysIn(dataDir);

    expect(await localKeysIn(dataDir)).toEqual(keys);
  });

  it('are readable by their owner only', async () => {
    await localKeysIn(dir);

    const { mode } = await stat(join(dir, 'keys.json'));

    expect((mode & 0o777).toString(8)).toBe('600');
  });

  it.each(['{}', '', '"hunter2', '{"host":{"master":"hunter2"}}'])(
    'are not made anew over a file that is damaged, nor repeated: %s',
    async (text) => {
      const file = join(dir, 'keys.json');
      await writeFile(file, text);

      const error: unknown = await localKeysIn(dir).catch((caught: unknown) => caught);

      expect(String(error)).toMatch(/keys\.json is damaged\. No new keys were made/);
      expect(inspect(error)).not.toContain('hunter2');
      expect(await readFile(file, 'utf8')).toBe(text);
    },
  );

  it('are not looked for where they cannot be read', async () => {
    await mkdir(join(dir, 'keys.json'));

    await expect(localKeysIn(dir)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
