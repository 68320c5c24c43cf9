import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { localFile } from '../shared/decode/zip/local-file.ts';
import { stageFile } from '../shared/pipeline/stage-file.ts';
import { contractOf } from './cases/bench-contract.ts';
import { stageDeps } from './cases/product-deps.ts';

/** Stages a file as the product does, for cases that begin with a staged one. It is gone when disposed. */
export async function stageInput(
  path: string,
  below: string,
): Promise<AsyncDisposable & { readonly file: string }> {
  const dir = await mkdtemp(join(below, 'abaco-bench-staged-'));
  await using source = await localFile(path);
  const staged = await stageFile(source, await contractOf(path), { dir }, stageDeps(1));
  if (staged.kind === 'unstaged') throw new Error(staged.problems.map(({ message }) => message).join('\n'));
  return { file: staged.stagedFile, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}
