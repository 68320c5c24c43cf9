import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ExpectedSums } from '../../local/generate/expected-sums.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import { generateParBalances } from '../../local/generate/generate-par-balances.ts';
import { untilEnded } from '../../local/until-ended.ts';
import { KpiResult } from '../../shared/kpis/kpi-result.ts';
import { Manifest } from '../../shared/runs/documents.ts';
import { Pipeline } from '../support/a-pipeline.ts';
import { childEnvironment } from '../support/child-environment.ts';
import {
  expectedOfBook,
  expectedOfParFile,
  expectedSeries,
  partsOf,
  seriesOf,
} from '../support/expected-kpis.ts';
import { type Ended, runScript } from '../support/run-script.ts';
import { parFile } from '../support/small-files.ts';

// The command as scripts call it: arguments in; exit code, stdout and stderr out.

const Kpi = KpiResult.pick({
  id: true,
  version: true,
  asOf: true,
  reportingDate: true,
  dimension: true,
  value: true,
  numerator: true,
  denominator: true,
  unit: true,
  status: true,
  reason: true,
}).strict();

const Output = z.strictObject({
  runs: z.array(
    z.strictObject({
      file: z.string(),
      runId: z.string(),
      dataset: z.string(),
      status: z.enum(['success', 'rejected', 'failed', 'canceled']),
      asOf: z.string().nullable(),
      rows: z.int(),
      rejectedRows: z.int(),
      problems: z.array(z.looseObject({ code: z.string(), severity: z.string(), message: z.string() })),
      durationMs: z.int().nonnegative(),
      duplicateOf: z.string().optional(),
    }),
  ),
  kpis: z.array(Kpi),
  series: z.array(Kpi),
  artifacts: z.record(z.string(), z.string()),
});

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A file that is there: the call is wrong for another reason. */
const BOOKED = join(ROOT, 'package.json');

let dir: string;
let book: string;
let sums: ExpectedSums;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-command-'));
  await mkdir(join(dir, 'tmp'));
  book = join(dir, 'book');
  sums = await generateBook({ dir: book, loans: 300, seed: 21, asOf: '2025-11-10' });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('npm run pipeline -- --json', () => {
  it('prints one document, whose KPIs are the sums of a file with 100,000 rows', async () => {
    const folder = join(dir, 'large');
    const large = await generateParBalances({ dir: folder, rows: 100_000, seed: 8 });
    const file = join(folder, 'looker/loan_par_balances.csv');

    const { code, stdout, peakBytes } = await measured('--data', file, '--json');

    const output = documentIn(stdout);
    expect(code).toBe(0);
    expect(peakBytes > 0).toBe(process.platform === 'linux');
    // The goal for the whole command: host, storage emulator and engine in one process.
    expect(peakBytes / 2 ** 20).toBeLessThan(512);
    expect(output.runs).toMatchObject([
      { file, dataset: 'looker/loan_par_balances', status: 'success', asOf: large.asOf, rows: 100_000 },
    ]);
    expect(partsOf(output.kpis)).toMatchObject(expectedOfParFile(large));
    expect(seriesOf(output.series)).toMatchObject(expectedSeries(large));
  });

  it('takes several files, found by their headers, into one book and keeps the artifacts', async () => {
    const out = join(dir, 'artifacts');
    const files = ['looker/loan_par_balances.csv', 'looker/loans.csv', 'cascade/loan_tape.csv'];

    const { code, stdout, stderr } = await pipeline(
      ...files.flatMap((file) => ['--data', join(book, file)]),
      '--json',
      ...['--out', out],
    );

    const output = documentIn(stdout);
    expect(code).toBe(0);
    expect(output.runs.map(({ status, rejectedRows }) => [status, rejectedRows])).toEqual(
      files.map(() => ['success', 0]),
    );
    expect(partsOf(output.kpis)).toMatchObject(expectedOfBook(sums));
    // What is remarked of a file stands indented below it.
    expect(stderr.split('\n').filter((line) => /^\S/.test(line))).toHaveLength(3);
    expect((await readdir(out)).toSorted()).toEqual(output.runs.map(({ runId }) => runId).toSorted());
    for (const name of ['summary.json', 'manifest.json', 'lineage.jsonl', 'report.html', 'kpis.parquet']) {
      expect(output.artifacts[name]).toMatch(new RegExp(`^${out}/run_[0-9a-f]{12}/${name}$`));
    }
    expect(Object.keys(output.artifacts)).not.toContain('raw');
    expect(Object.keys(output.artifacts)).not.toContain('staging.parquet');
    await expectManifestToHold(output.artifacts);
  });

  it('with --dataset and --as-of judges the file as told, where it says nothing itself', async () => {
    const file = join(dir, 'on_time.csv');
    const [header, ...rows] = (await readFile(join(book, 'looker/loans.csv'), 'utf8')).trimEnd().split('\n');
    const position = header?.split(',').indexOf('dpd') ?? -1;
    const onTime = rows.filter((row) => row.split(',')[position] === '0');
    await writeFile(file, `${[header, ...onTime].join('\n')}\n`);

    const dataset = ['--dataset', 'looker/loans'];
    const undated = await pipeline('--data', file, ...dataset, '--json');
    const dated = await pipeline('--data', file, ...dataset, '--json', '--as-of', '2025-11-03');

    expect(undated.code).toBe(2);
    const [refused] = documentIn(undated.stdout).runs;
    expect(refused).toMatchObject({ status: 'rejected', asOf: null });
    expect(refused?.problems[0]?.code).toBe('no-as-of');
    expect(dated.code).toBe(0);
    expect(documentIn(dated.stdout).runs).toMatchObject([
      { status: 'success', asOf: '2025-11-03', rows: onTime.length, dataset: 'looker/loans' },
    ]);
  });

  it('ends with 2 and the reason on stderr when one of two files is rejected', async () => {
    const bad = join(dir, 'bad.csv');
    await writeFile(bad, 'alpha,beta\n1,2\n');

    const { code, stdout, stderr } = await pipeline(
      ...['--data', bad, '--data', join(book, 'looker/loan_par_balances.csv'), '--json'],
    );

    const { runs, kpis } = documentIn(stdout);
    expect(code).toBe(2);
    expect(runs.map(({ status }) => status)).toEqual(['rejected', 'success']);
    expect(partsOf(kpis)).toMatchObject(expectedOfParFile(sums));
    expect(stderr).toContain(`${bad}: rejected`);
    expect(stderr).not.toContain('set aside in quarantine');
    expect(stderr).toMatch(/unknown-dataset: .*(Nothing|No row) was read/);
  });

  it('says of the same file given twice that it is the same, and counts it once', async () => {
    const [file, copy] = [join(book, 'looker/loans.csv'), join(dir, 'copy.csv')];
    await copyFile(file, copy);

    const { code, stdout, stderr } = await pipeline('--data', file, '--data', copy, '--data', file, '--json');

    const { runs } = documentIn(stdout);
    expect(code).toBe(0);
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
    expect(runs.filter(({ duplicateOf }) => duplicateOf === undefined)).toHaveLength(1);
    expect(runs.filter(({ duplicateOf, runId }) => duplicateOf === runId)).toHaveLength(2);
    expect(stderr.match(/: success \(/g)).toHaveLength(1);
    expect(stderr.match(/: the same content as \S+\.csv \(run_/g)).toHaveLength(2);
  });

  it('says of a file with too many bad rows that they break the contract, not that they were set aside', async () => {
    const bad = join(dir, 'all_bad.csv');
    const text = await readFile(join(book, 'looker/loan_par_balances.csv'), 'utf8');
    const [header = '', ...rows] = text.trimEnd().split('\n');
    const position = header.split(',').indexOf('par_30_balance_usd');
    const broken = rows.map((row) => row.split(',').with(position, 'n/a').join(','));
    await writeFile(bad, `${[header, ...broken].join('\n')}\n`);

    const { code, stderr } = await pipeline('--data', bad, '--json');

    expect(code).toBe(2);
    expect(stderr).toContain(`${rows.length} of ${rows.length} rows break the contract`);
    expect(stderr).not.toContain('not in the numbers');
  });

  it('counts every row of a large file in which all are bad, within bounds of memory and of quarantine', async () => {
    const rows = 300_000;
    const out = join(dir, 'all-bad-artifacts');
    const file = join(dir, 'headcount.csv');
    const lines = Array.from({ length: rows }, (_, row) => `2025-11-30,Sales ${row},many,Commercial\n`);
    await writeFile(file, `month,function,fte_count,team\n${lines.join('')}`);

    const { code, stdout, peakBytes } = await measured('--data', file, '--json', '--out', out);

    const [run] = documentIn(stdout).runs;
    expect(code).toBe(2);
    expect(run).toMatchObject({ dataset: 'manual/headcount', status: 'rejected', rows, rejectedRows: rows });
    expect(run?.problems[0]).toMatchObject({ code: 'too-many-bad-rows', count: rows });
    expect(run?.problems.find(({ column }) => column === 'fte_count')).toMatchObject({
      code: 'text-in-number',
      count: rows,
    });
    expect(peakBytes / 2 ** 20).toBeLessThan(512);
    const listed = await readFile(join(out, run?.runId ?? '', 'rejected.jsonl'), 'utf8');
    expect(listed.trimEnd().split('\n')).toHaveLength(50_000);
    expect(listed.length).toBeLessThan(20_000_000);
  });

  it('still prints a document when every file is rejected, without KPIs', async () => {
    const bad = join(dir, 'empty.csv');
    await writeFile(bad, '');

    const { code, stdout } = await pipeline('--data', bad, '--json');

    expect(code).toBe(2);
    expect(documentIn(stdout)).toMatchObject({
      runs: [{ status: 'rejected', problems: [{ code: 'empty-file' }] }],
      kpis: [],
      series: [],
    });
  });
});

describe('npm run pipeline for people', () => {
  it('prints a table and writes the report as Markdown', async () => {
    const report = join(dir, 'report.md');
    const file = join(book, 'looker/loan_par_balances.csv');

    const { code, stdout } = await pipeline('--data', file, '--output', report);

    expect(code).toBe(0);
    expect(stdout).toContain('KPIs as of 2025-11-10');
    expect(stdout).toMatch(/^ {2}PAR 30 .*%/m);
    expect(stdout).toMatch(/\nArtifacts: .*abaco-artifacts-/);
    expect(await readFile(report, 'utf8')).toMatch(/^# .*\n[\s\S]*PAR 90/);
  });

  it('writes the report as a page when the name ends in .html, and says so when there is none', async () => {
    const [page, none] = [join(dir, 'report.html'), join(dir, 'none.html')];
    const bad = join(dir, 'bad_too.csv');
    await writeFile(bad, 'alpha,beta\n1,3\n');

    const good = await pipeline(...['--data', join(book, 'looker/loan_par_balances.csv'), '--output', page]);
    const rejected = await pipeline('--data', bad, '--output', none);

    expect(good.code).toBe(0);
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*PAR 90[\s\S]*<\/html>\s*$/i);
    expect(rejected.code).toBe(2);
    expect(rejected.stdout).toContain('No KPI was computed.');
    expect(rejected.stderr).toContain(`No report was made, so ${none} was not written.`);
  });

  it.each([
    ['no file', [], 'no file was given'],
    ['a file that is not there', ['--data', 'gone.csv'], 'gone.csv is not a file that can be read'],
    ['a folder', ['--data', '.'], 'is not a file that can be read'],
    ['a dataset that is not there', ['--data', 'a.csv', '--dataset', 'x/y'], 'there is no dataset "x/y"'],
    ['a day that is none', ['--data', 'a.csv', '--as-of', '2025-02-30'], 'is not a day'],
    ['a report in no folder', ['--data', BOOKED, '--output', 'no/such/r.md'], 'there is no folder no/such'],
    ['a report that is a folder', ['--data', BOOKED, '--output', '.'], '--output . is a folder'],
    ['artifacts in a file', ['--data', BOOKED, '--out', BOOKED], 'is not a folder that can be made'],
    ['an option that is not there', ['--data', 'a.csv', '--fast'], '--fast'],
  ])('ends with 2 and points to --help when called with %s', async (_, args, words) => {
    const { code, stdout, stderr } = await pipeline(...args);

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(stderr).toContain('See --help.');
  });

  it('explains itself with --help', async () => {
    const { code, stdout } = await pipeline('--help');

    expect(code).toBe(0);
    for (const option of ['--data', '--dataset', '--as-of', '--output', '--out', '--json']) {
      expect(stdout).toContain(option);
    }
  });
});

describe('waiting for runs', () => {
  it('ends when nothing changes any more, and names the run that is stuck', async () => {
    const stuck = await Pipeline.open();
    await stuck.drop('looker/loan_par_balances/lost.csv', parFile('LOST'));
    const { runId } = await stuck.announce('looker/loan_par_balances/lost.csv');
    const paths = ['looker/loan_par_balances/lost.csv', 'inbox/unseen.csv'];

    // The message that waits in the queue is never delivered.
    const waiting = untilEnded(paths, stuck.deps, { patienceMs: 300 });

    await expect(waiting).rejects.toThrow(
      new RegExp(
        `Stuck: ${runId} \\(looker/loan_par_balances\\) in stage validate; landing/inbox/unseen\\.csv`,
      ),
    );
  });
});

/** `node local/pipeline.ts`, which is what npm starts. */
function pipeline(...args: string[]): Promise<Ended> {
  return runScript('local/pipeline.ts', args, { folder: join(dir, 'tmp') });
}

/** With the flags that npm gives it; the most memory that it ever had, as the kernel counts it. */
async function measured(...args: string[]): Promise<Ended & { peakBytes: number }> {
  const { scripts } = z
    .object({ scripts: z.object({ pipeline: z.string() }) })
    .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const [, ...command] = scripts.pipeline.split(' ');
  const script = join(ROOT, command.pop() ?? '');
  const folder = join(dir, 'tmp');
  const child = spawn(process.execPath, ['--no-warnings', ...command, script, ...args], {
    cwd: folder,
    env: childEnvironment(folder, {}),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 50_000,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  let peakBytes = 0;
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, 20);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(look);
  return { code, stdout: Buffer.concat(out).toString('utf8'), stderr: '', peakBytes };
}

/** 0 once the process has gone, and where the kernel does not tell. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The whole of stdout is one JSON document. */
function documentIn(stdout: string): z.infer<typeof Output> {
  return Output.parse(JSON.parse(stdout));
}

async function expectManifestToHold(artifacts: Readonly<Record<string, string>>): Promise<void> {
  const manifest = Manifest.parse(JSON.parse(await readFile(artifacts['manifest.json'] ?? '', 'utf8')));
  for (const { name, container, sha256 } of manifest.files) {
    if (container === 'raw' || container === 'staging') continue;
    const body = await readFile(artifacts[name] ?? '');
    expect([name, createHash('sha256').update(body).digest('hex')]).toEqual([name, sha256]);
  }
}
