import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';

// `npm run build`: dist/, the folder that is deployed. One bundle, with the parts that are loaded late in
// chunks of their own; beside it the KPI definitions, models and migrations, host.json and a package.json.

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

/** Deployed as packages: native code, and the two that must be one instance each, the library and its registry. */
const PACKAGES = ['@duckdb/node-api', '@azure/functions', '@azure/functions-extensions-base'];
/** Provided by the host. */
const HOST_MODULE = '@azure/functions-core';

const PackageJson = z.object({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
});

async function main(): Promise<void> {
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST);
  const { metafile } = await build({
    entryPoints: {
      index: join(ROOT, 'functions/index.ts'),
      // A thread of its own, started by its name beside the bundle.
      'csv-worker': join(ROOT, 'shared/decode/csv/csv-worker.ts'),
    },
    outdir: DIST,
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: true,
    sourcemap: 'linked',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    external: [...PACKAGES, HOST_MODULE],
    metafile: true,
    logLevel: 'warning',
    // CommonJS packages inside an ES module bundle ask for require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  for (const folder of ['shared/kpis/catalog', 'shared/kpis/models', 'shared/adapters/postgres/migrations']) {
    await cp(join(ROOT, folder), join(DIST, basename(folder)), { recursive: true });
  }
  await cp(join(ROOT, 'host.json'), join(DIST, 'host.json'));
  await writeFile(join(DIST, 'package.json'), await deployedPackage());

  const entry = await stat(join(DIST, 'index.mjs'));
  const all = Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`dist/index.mjs ${kilobytes(entry.size)}; with late chunks and source maps ${kilobytes(all)}`);
}

async function deployedPackage(): Promise<string> {
  const own = PackageJson.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const kept = Object.entries(own.dependencies).filter(([name]) => PACKAGES.includes(name));
  const deployed = {
    name: own.name,
    version: own.version,
    private: true,
    type: 'module',
    main: 'index.mjs',
    dependencies: Object.fromEntries(kept),
  };
  return `${JSON.stringify(deployed, null, 2)}\n`;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} kB`;
}

await main();
