import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Metafile, type Plugin } from 'esbuild';
import { z } from 'zod';

// The folder that is deployed: one bundle, with the parts that are loaded late in chunks of their own; beside it
// the KPI definitions, models and migrations, host.json and a package.json.

export const ROOT = join(import.meta.dirname, '..');
export const DIST = join(ROOT, 'dist');

/** Deployed as packages: native code, and the two that must be one instance each, the library and its registry. */
export const EXTERNAL_PACKAGES = [
  '@duckdb/node-api',
  '@azure/functions',
  '@azure/functions-extensions-base',
] as const;
/** Provided by the host. */
const HOST_MODULE = '@azure/functions-core';

/**
 * With this exceljs unpacks workbooks that it reads; the product writes them alone. With it would come packages that name
 * no licence.
 */
const UNPACKER = 'unzipper';
const LEFT_OUT: Plugin = {
  name: 'left-out',
  setup(building) {
    building.onResolve({ filter: new RegExp(`^${UNPACKER}$`) }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }));
    building.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

export const PackageJson = z.object({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

export type Bundled = {
  readonly entryBytes: number;
  /** With late chunks, without source maps. */
  readonly codeBytes: number;
  /** What every start pays for: the entry with all that it imports at once. */
  readonly startBytes: number;
  /** Packages of which some code is among that. */
  readonly startPackages: readonly string[];
};

/** Makes dist/ afresh. `revision` is what the deployed code says of itself where no setting says otherwise. */
export async function bundle(revision: string): Promise<Bundled> {
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST);
  const { metafile } = await build({
    absWorkingDir: ROOT,
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
    external: [...EXTERNAL_PACKAGES, HOST_MODULE],
    plugins: [LEFT_OUT],
    metafile: true,
    logLevel: 'warning',
    banner: {
      js: [
        // CommonJS packages inside an ES module bundle ask for require.
        "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
        // A setting would go on telling of the former code after a rollback. Settings are read on first use, so this is early enough.
        `process.env.REVISION ||= ${JSON.stringify(revision)};`,
      ].join('\n'),
    },
  });
  for (const folder of ['shared/kpis/catalog', 'shared/kpis/models', 'shared/adapters/postgres/migrations']) {
    await cp(join(ROOT, folder), join(DIST, basename(folder)), { recursive: true });
  }
  await cp(join(ROOT, 'host.json'), join(DIST, 'host.json'));
  await writeFile(join(DIST, 'package.json'), await deployedPackage());
  const code = Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.mjs'));
  return {
    entryBytes: code.find(([path]) => path.endsWith('/index.mjs'))?.[1].bytes ?? 0,
    codeBytes: code.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    ...startOf(metafile),
  };
}

function startOf({ outputs }: Metafile): Pick<Bundled, 'startBytes' | 'startPackages'> {
  const files = new Set(Object.keys(outputs).filter((path) => path.endsWith('/index.mjs')));
  // A set is walked to its end, what is added on the way included.
  for (const file of files)
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && outputs[path] !== undefined) files.add(path);
  const started = [...files].flatMap((file) => outputs[file] ?? []);
  const inputs = started.flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const packages = inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return {
    startBytes: started.reduce((sum, { bytes }) => sum + bytes, 0),
    startPackages: [...new Set(packages)].toSorted(),
  };
}

async function deployedPackage(): Promise<string> {
  const own = PackageJson.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const kept = EXTERNAL_PACKAGES.map((name) => [name, own.dependencies[name]]);
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

export type Commit = {
  /** All 40 digits; `unknown` outside of a checkout. */
  readonly sha: string;
  /** Files differ from the commit, so that nobody can make this package again. */
  readonly isDirty: boolean;
};

/** What a package is made of. */
const SOURCES = ['functions', 'shared', 'scripts', 'host.json', 'package.json', 'package-lock.json'];

/** Of the sources that are bundled. */
export async function commitOfSources(): Promise<Commit> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { cwd: ROOT })).stdout.trim();
  try {
    const sha = await git('rev-parse', 'HEAD');
    const changed = await git('status', '--porcelain', '--', ...SOURCES);
    return { sha, isDirty: changed !== '' };
  } catch {
    // Not a checkout, or no git on this machine: the revision is then not known, which the manifest says.
    return { sha: 'unknown', isDirty: true };
  }
}

/** As reports and `health` show it. */
export function revisionOf({ sha, isDirty }: Commit): string {
  if (sha === 'unknown') return sha;
  return `${sha.slice(0, 12)}${isDirty ? '-dirty' : ''}`;
}
