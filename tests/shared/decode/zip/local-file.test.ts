import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { localFile } from '../../../../shared/decode/zip/local-file.ts';

describe('a local file', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'local-file-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('gives any range of its bytes', async () => {
    await writeFile(join(dir, 'a'), 'abcdef');

    await using file = await localFile(join(dir, 'a'));

    expect(file.size).toBe(6);
    expect(String(await file.read(2, 5))).toBe('cde');
    expect(String(await file.read(6, 6))).toBe('');
  });

  it('fails rather than give fewer bytes when it was cut meanwhile', async () => {
    await writeFile(join(dir, 'a'), 'abcdef');
    await using file = await localFile(join(dir, 'a'));
    await truncate(join(dir, 'a'), 3);

    await expect(file.read(0, 6)).rejects.toThrow('the file ends at 3, before the 6 asked for');
  });

  it('is closed when it is disposed', async () => {
    await writeFile(join(dir, 'a'), 'abcdef');
    const file = await localFile(join(dir, 'a'));

    await file[Symbol.asyncDispose]();

    await expect(file.read(0, 1)).rejects.toThrow(/closed|EBADF/);
  });
});
