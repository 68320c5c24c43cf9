import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPILED_MODULES, compileAssembly } from './compile-assembly.ts';

// `npm run build:wasm`: compiles the AssemblyScript of the repository. What comes of it is committed.

for (const compiled of COMPILED_MODULES) {
  const text = await compileAssembly(compiled);
  await writeFile(join(import.meta.dirname, '..', compiled.path), text);
  console.log(`${compiled.source} -> ${compiled.path} ${text.length} characters`);
}
