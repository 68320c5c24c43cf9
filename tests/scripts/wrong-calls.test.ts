import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runScript } from '../support/run-script.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-wrong-calls-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it.each([
  'scripts/build.ts',
  'scripts/build-wasm.ts',
  'scripts/package.ts',
  'local/start.ts',
  'tests/soak/soak.ts',
])('%s says what is wrong with a call and where its help is, and does nothing', async (script) => {
  const { code, stdout, stderr } = await runScript(script, ['--wibble'], { folder: dir });

  expect(stderr).toMatch(/^(Could not start: )?Unknown option '--wibble'\nSee.* --help\.?\n$/);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});
