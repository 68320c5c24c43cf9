import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runScript } from '../support/run-script.ts';

// The command as people call it, with a small file: what it finds has to be right, how fast it is does not matter.

const CASES = ['floor-newlines', 'stage-1w', 'decode-1w', 'duckdb-sql-validate', 'kpis'];

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-bench-test-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('npm run bench', () => {
  it('measures every case that it is asked for, and finds the same in all of them, and leaves nothing else behind', async () => {
    const json = join(dir, 'out.json');
    const args = ['--rows', '10000', '--rounds', '1', '--only', CASES.join(','), '--json', json];

    const { code, stdout } = await runScript('bench/bench.ts', args, { folder: dir });

    expect(code).toBe(0);
    expect(stdout).toContain('Exactness: PASS');
    expect(stdout).toMatch(/decode and validate \/ counting line ends +[\d.]+x +<= 14x/);
    const { cases }: { cases: { name: string; runs: { found: Record<string, unknown> }[] }[] } = JSON.parse(
      await readFile(json, 'utf8'),
    );
    const foundBy = new Map(cases.map(({ name, runs }) => [name, runs[0]?.found]));
    expect(foundBy.get('stage-1w')).toMatchObject({ rows: 10_000, badRows: expect.any(Number) });
    for (const name of ['decode-1w', 'duckdb-sql-validate'])
      expect([name, foundBy.get(name)]).toEqual([name, foundBy.get('stage-1w')]);
    // The generated files stay for the next time, and nothing else does.
    expect((await readdir(dir)).filter((name) => name.startsWith('abaco-'))).toEqual(['abaco-bench']);
  });

  it('says how it is called when the call is wrong', async () => {
    const { code, stderr } = await runScript('bench/bench.ts', ['--rows', 'few'], { folder: dir });

    expect(code).toBe(2);
    expect(stderr).toContain('--rows takes a whole number');
  });
});
