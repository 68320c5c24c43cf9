import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { COMPILED_MODULES, compileAssembly } from '../../scripts/compile-assembly.ts';

describe('compiled code', () => {
  it.each(COMPILED_MODULES)('is what $source is compiled to', async (compiled) => {
    const kept = await readFile(join(import.meta.dirname, '../..', compiled.path), 'utf8');

    expect(await compileAssembly(compiled)).toBe(kept);
  });
});
