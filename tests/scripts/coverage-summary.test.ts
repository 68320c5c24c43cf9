import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runScript } from '../support/run-script.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-coverage-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const counted = (covered: number) => {
  const share = { total: 100, covered, skipped: 0, pct: covered };
  return { lines: share, branches: share, functions: share };
};

async function pageOf(summary: object | undefined): Promise<string> {
  const page = join(dir, 'page.md');
  const file = join(dir, 'coverage.json');
  if (summary !== undefined) await writeFile(file, JSON.stringify(summary));
  const env = { GITHUB_STEP_SUMMARY: page };
  expect((await runScript('scripts/coverage-summary.ts', [file], { folder: dir, env })).code).toBe(0);
  return await readFile(page, 'utf8');
}

it('shows all, and the files that are covered least', async () => {
  const page = await pageOf({
    total: counted(98),
    'a.ts': counted(100),
    'b.ts': counted(90),
    'c.ts': counted(70),
  });

  expect(page.split('\n').slice(2, 7)).toEqual([
    '| file | lines | branches | functions |',
    '|---|---|---|---|',
    '| all | 98 % | 98 % | 98 % |',
    '| `c.ts` | 70 % | 70 % | 70 % |',
    '| `b.ts` | 90 % | 90 % | 90 % |',
  ]);
});

it('says so when nothing was counted', async () => {
  expect(await pageOf(undefined)).toContain('The tests ended before it was counted.');
});
