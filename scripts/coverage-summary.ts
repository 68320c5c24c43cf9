import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './bundle.ts';
import { needed, runToExit } from './script-failed.ts';

// What the tests cover, on the page of a run in GitHub: in all, and the files that are covered least.

const Share = z.object({ total: z.number(), covered: z.number(), pct: z.union([z.number(), z.string()]) });
const File = z.looseObject({ lines: Share, branches: Share, functions: Share });
type File = z.infer<typeof File>;
const KINDS = ['lines', 'branches', 'functions'] as const;
const LEAST = 5;

await runToExit(async () => {
  const page = needed('GITHUB_STEP_SUMMARY', 'the page of the run');
  const file = process.argv[2] ?? join(ROOT, 'coverage/coverage-summary.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const lines = text === undefined ? ['The tests ended before it was counted.'] : table(text);
  await appendFile(page, ['### What the tests cover', '', ...lines, ''].join('\n'));
  return 0;
});

function table(text: string): string[] {
  const { total, ...files } = z.record(z.string(), File).parse(JSON.parse(text));
  const least = Object.entries(files)
    .toSorted(([, a], [, b]) => uncovered(b) - uncovered(a))
    .slice(0, LEAST)
    .filter(([, counted]) => uncovered(counted) > 0);
  return [
    `| file | ${KINDS.join(' | ')} |`,
    '|---|---|---|---|',
    ...(total === undefined ? [] : [row('all', total)]),
    ...least.map(([path, counted]) => row(`\`${path.replace(`${ROOT}/`, '')}\``, counted)),
  ];
}

function row(name: string, counted: File): string {
  return `| ${name} | ${KINDS.map((kind) => `${counted[kind].pct} %`).join(' | ')} |`;
}

function uncovered({ lines }: File): number {
  return lines.total - lines.covered;
}
