import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

// AssemblyScript to WebAssembly, as text in a module beside it, so that sources, tests, threads and the bundle all load
// it in the same way. The same sources give the same bytes.

export type CompiledModule = {
  /** Of the AssemblyScript, from the root of the repository. */
  readonly source: string;
  /** Of the module that is written. */
  readonly path: string;
};

const ROOT = join(import.meta.dirname, '..');
const ASC = join(ROOT, 'node_modules/assemblyscript/bin/asc.js');

export const COMPILED_MODULES: readonly CompiledModule[] = [
  'shared/decode/csv/assembly/plain-records.ts',
  'shared/staging/assembly/packing.ts',
].map((source) => ({
  source,
  path: join(dirname(source), '..', `${basename(source, '.ts')}-wasm.ts`),
}));

/** The text of the module. Rejects with the words of the compiler. */
export async function compileAssembly({ source }: CompiledModule): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'abaco-assembly-'));
  try {
    const file = join(dir, 'code.wasm');
    await promisify(execFile)(
      process.execPath,
      [
        ...[ASC, source, '--outFile', file],
        ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'],
        ...['--baseDir', ROOT],
      ],
      { cwd: ROOT },
    );
    const base64 = (await readFile(file)).toString('base64');
    return [
      `// Made of ${source} by \`npm run build:wasm\`.`,
      '',
      `export const ${constantOf(source)} =`,
      `  '${base64}';`,
      '',
    ].join('\n');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function constantOf(source: string): string {
  return `${basename(source, '.ts').replaceAll('-', '_').toUpperCase()}_WASM`;
}
