import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryFolders } from '../../../../shared/adapters/environment/temporary-folders.ts';

it('gives a folder of its own to each, gone with everything in it when it is disposed of', async () => {
  const [first, second] = [await temporaryFolders.open(), await temporaryFolders.open()];
  writeFileSync(join(first.dir, 'rows'), 'x');

  await first[Symbol.asyncDispose]();

  expect([existsSync(first.dir), existsSync(second.dir)]).toEqual([false, true]);
  await second[Symbol.asyncDispose]();
});
