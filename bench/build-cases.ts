import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

// The cases as the product is deployed: bundled, with the decoding thread beside them. From sources, every process and
// every thread would first take the types out of some hundred files.

const ROOT = join(import.meta.dirname, '..');

export type BuiltCases = AsyncDisposable & {
  /** Runs a case. */
  readonly entry: string;
};

/** Bundles these scripts of cases/. The folder lies in the repository, so that packages are found, and is gone at the end. */
export async function buildCases(scripts: readonly string[]): Promise<BuiltCases> {
  const cache = join(ROOT, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, 'bench-'));
  await build({
    entryPoints: {
      'case-process': join(ROOT, 'bench/case-process.ts'),
      'csv-worker': join(ROOT, 'shared/decode/csv/csv-worker.ts'),
      ...Object.fromEntries(scripts.map((script) => [script, join(ROOT, `bench/cases/${script}.ts`)])),
    },
    outdir: dir,
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    external: ['@duckdb/node-api'],
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  for (const folder of ['catalog', 'models'])
    await cp(join(ROOT, 'shared/kpis', folder), join(dir, folder), { recursive: true });
  return {
    entry: join(dir, 'case-process.mjs'),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
