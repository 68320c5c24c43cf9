import { registerHooks } from 'node:module';
import type { Measure } from '../case-process.ts';

/** What `stage` does, with an encoder in its place that encodes nothing: decoding and judging alone. */
export const measure: Measure = async ({ path, dir }, timed) => {
  replaceEncoder();
  const [{ localFile }, { stageFile }, { contractOf }, { foundBy }, { stageDeps }] = await Promise.all([
    import('../../shared/decode/zip/local-file.ts'),
    import('../../shared/pipeline/stage-file.ts'),
    import('./bench-contract.ts'),
    import('./found-by-intake.ts'),
    import('./product-deps.ts'),
  ]);
  const contract = await contractOf(path);
  const deps = stageDeps(1);
  const staged = await timed(async () => {
    await using source = await localFile(path);
    return await stageFile(source, contract, { dir }, deps);
  });
  if (staged.kind === 'unstaged') throw new Error(staged.problems.map(({ message }) => message).join('\n'));
  return foundBy(staged.intake, contract);
};

/** Only in this process, and before anything has loaded it. */
function replaceEncoder(): void {
  registerHooks({
    load: (url, context, nextLoad) =>
      url.endsWith('/shared/staging/parquet-row-group.ts')
        ? { format: 'module', source: 'export function encodeRowGroup() {}', shortCircuit: true }
        : nextLoad(url, context),
  });
}
