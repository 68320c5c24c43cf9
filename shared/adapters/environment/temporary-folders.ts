import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScratchSpace } from '../../ports/scratch-space.ts';

/** Scratch space below the machine's temporary folder. */
export const temporaryFolders: ScratchSpace = {
  async open() {
    const dir = await mkdtemp(join(tmpdir(), 'abaco-'));
    return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
  },
};
