import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { COMPILED_MODULES, compileAssembly } from './compile-assembly.ts';
import { runToExit } from './script-failed.ts';

// `npm run build:wasm`: compiles the AssemblyScript of the repository. What comes of it is committed.

const HELP = `Compiles the AssemblyScript of the repository into the modules that are committed beside it.

Usage: npm run build:wasm

  --help   this text

Exit code: 0 compiled, 1 it could not be compiled, 2 the call was wrong.`;

await runToExit(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  for (const compiled of COMPILED_MODULES) {
    const text = await compileAssembly(compiled);
    await writeFile(join(import.meta.dirname, '..', compiled.path), text);
    console.log(`${compiled.source} -> ${compiled.path} ${text.length} characters`);
  }
  return 0;
});
