import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ExpectedSums } from '../../local/generate/expected-sums.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import { generateParBalances } from '../../local/generate/generate-par-balances.ts';
import { KpiResult } from '../../shared/kpis/kpi-result.ts';
import { Manifest } from '../../shared/runs/documents.ts';
import {
  expectedOfBook,
  expectedOfParFile,
  expectedSeries,
  partsOf,
  seriesOf,
} from '../support/expected-kpis.ts';
import { type Ended, runScript } from '../support/run-script.ts';

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
    }),
  ),
  kpis: z.array(Kpi),
  series: z.array(Kpi),
  artifacts: z.record(z.string(), z.string()),
});

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

    const { code, stdout } = await pipeline('--data', file, '--json');

    const output = documentIn(stdout);
    expect(code).toBe(0);
    expect(output.runs).toMatchObject([
      { file, dataset: 'looker/loan_par_balances', status: 'success', asOf: large.asOf, rows: 100_000 },
    ]);
    expect(partsOf(output.kpis)).toEqual(expectedOfParFile(large));
    expect(seriesOf(output.series)).toEqual(expectedSeries(large));
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
    expect(partsOf(output.kpis)).toEqual(expectedOfBook(sums));
    expect(stderr.trim().split('\n')).toHaveLength(3);
    expect((await readdir(out)).toSorted()).toEqual(output.runs.map(({ runId }) => runId).toSorted());
    for (const name of ['summary.json', 'manifest.json', 'lineage.jsonl', 'report.html', 'kpis.parquet']) {
      expect(output.artifacts[name]).toMatch(new RegExp(`^${out}/run_[0-9a-f]{12}/${name}$`));
    }
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
    expect(partsOf(kpis)).toEqual(expectedOfParFile(sums));
    expect(stderr).toContain(`${bad}: rejected`);
    expect(stderr).toMatch(/unknown-dataset: .*(Nothing|No row) was read/);
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

/** `node local/pipeline.ts`, which is what npm starts. */
function pipeline(...args: string[]): Promise<Ended> {
  return runScript('local/pipeline.ts', args, { folder: join(dir, 'tmp') });
}

/** The whole of stdout is one JSON document. */
function documentIn(stdout: string): z.infer<typeof Output> {
  return Output.parse(JSON.parse(stdout));
}

async function expectManifestToHold(artifacts: Readonly<Record<string, string>>): Promise<void> {
  const manifest = Manifest.parse(JSON.parse(await readFile(artifacts['manifest.json'] ?? '', 'utf8')));
  for (const { name, container, sha256 } of manifest.files) {
    if (container === 'raw') continue;
    const body = await readFile(artifacts[name] ?? '');
    expect([name, createHash('sha256').update(body).digest('hex')]).toEqual([name, sha256]);
  }
}
