import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ExpectedSums } from '../../local/generate/expected-sums.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { matchHeader } from '../../shared/contracts/match-header.ts';
import { contractOf } from '../../shared/contracts/registry.ts';
import { KpiMart, KpiResult } from '../../shared/kpis/kpi-result.ts';
import { ValidationReport } from '../../shared/runs/documents.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aLocalHost, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { expectedOfBook, partsOf } from '../support/expected-kpis.ts';
import { runScript } from '../support/run-script.ts';

// Everything that a lender has, in all formats, at once: each number is the one that the generator added up, and the
// order in which the files arrive changes none of them.

const SETUP_MS = 1_100_000;
const GIVE_UP_MS = 500_000;

const Output = z.looseObject({
  runs: z.array(
    z.looseObject({
      file: z.string(),
      runId: z.string(),
      dataset: z.string(),
      status: z.string(),
      asOf: z.string().nullable(),
      rows: z.int(),
      rejectedRows: z.int(),
    }),
  ),
  kpis: z.array(
    KpiResult.pick({ id: true, value: true, numerator: true, denominator: true, status: true, reason: true }),
  ),
});

let dir: string;
let sums: ExpectedSums;
/** Paths under the book's folder. */
let files: readonly string[];
let command: {
  readonly code: number | null;
  readonly stderr: string;
  readonly output: z.infer<typeof Output>;
};
let store: Store;
/** The same files in another order, by path. */
const reversed = new Map<string, { readonly run: RunRecord; readonly report: ValidationReport }>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-book-'));
  await mkdir(join(dir, 'tmp'));
  sums = await generateBook({ dir, loans: 300, seed: 41, formats: 'mixed', plantDuplicates: true });
  files = Object.keys(sums.files).toSorted();
  command = await byCommand();
  store = await inReverse();
}, SETUP_MS);
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

describe('npm run pipeline over a whole book', () => {
  it('ends with 0 and takes in every file, in every format', () => {
    const { runs } = command.output;

    expect([command.code, runs.filter(({ status }) => status !== 'success')]).toEqual([0, []]);
    expect(runs.map(({ file }) => file.slice(dir.length + 1))).toEqual(files);
    expect(new Set(files.map((file) => file.slice(file.lastIndexOf('.'))))).toEqual(
      new Set(['.csv', '.xlsx', '.parquet', '.json', '.ndjson', '.zip']),
    );
  });

  it('reads every row, sets aside what contradicts itself or belongs to nobody, and nothing else', async () => {
    for (const file of files) {
      const { rows, duplicates, orphans } = expectedOf(file);
      const report = await reportOf(file);
      const own = runOf(file);
      const setAside = Number(duplicates?.conflicting ?? 0) + (isKept(file) ? 0 : Number(orphans?.rows ?? 0));

      expect([file, own.rows, own.rejectedRows]).toEqual([file, Number(rows), setAside]);
      expect([file, countOf(report, 'conflicting-duplicate')]).toEqual([
        file,
        Number(duplicates?.conflicting ?? 0),
      ]);
      expect([file, countOf(report, 'orphan')]).toEqual([file, Number(orphans?.rows ?? 0)]);
      if (duplicates !== undefined) {
        expect(report.rows.identicalDuplicates).toBe(Number(duplicates.identical));
        expect(countOf(report, 'identical-duplicate')).toBe(Number(duplicates.identical));
      }
    }
    expect(files.filter((file) => expectedOf(file).orphans !== undefined).length).toBeGreaterThan(1);
    expect(files.filter((file) => expectedOf(file).duplicates !== undefined)).toHaveLength(1);
  });

  it('gives every amount its sum, to the cent', async () => {
    let compared = 0;
    for (const file of files) {
      const { controlTotals, contract, contractVersion } = await reportOf(file);
      const expected = sumsByColumn(file, contract, contractVersion);
      for (const [column, sum] of Object.entries(expected)) {
        if (controlTotals[column] === undefined) continue;
        expect([file, column, plain(controlTotals[column])]).toEqual([file, column, plain(sum)]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(60);
  });

  it('gives the KPIs that the book adds up to', () => {
    expect(partsOf(command.output.kpis)).toMatchObject(expectedOfBook(sums));
    const without = command.output.kpis.filter(({ status }) => status === 'not-computable');
    expect(without.filter(({ reason = '' }) => !/^(needs|cannot divide)/.test(reason))).toEqual([]);
    expect(command.output.kpis.length - without.length).toBeGreaterThan(120);
  });
});

describe('the same files, dropped in another order', () => {
  it('all succeed, with the same rows, sums and remarks', async () => {
    for (const file of files) {
      const first = await reportOf(file);
      const { run, report } = againOf(file);

      expect([file, run.status, run.rejectedRows]).toEqual([file, 'success', runOf(file).rejectedRows]);
      expect([file, report.rows]).toEqual([file, first.rows]);
      expect([file, report.controlTotals]).toEqual([file, first.controlTotals]);
      expect([file, codesOf(report)]).toEqual([file, codesOf(first)]);
    }
  });

  it('give the same KPIs, to the last digit', async () => {
    // The feed of real payments runs ahead of the others: the newest numbers are those of its day.
    const newest = files.find((file) => file.startsWith('looker/historic_real_payments')) ?? '';
    const { asOf } = runOf(newest);
    const { run } = againOf(newest);
    const mart = KpiMart.parse(await store.json('marts', `kpis/as_of=${asOf}/${run.runId}.json`));

    expect(partsOf(mart.kpis)).toMatchObject(expectedOfBook(sums));
    expect(mart.kpis.map(({ id, value }) => [id, value])).toEqual(
      command.output.kpis.map(({ id, value }) => [id, value]),
    );
  });

  it('lie in staging with the sum of every money column, whole numbers as well', async () => {
    for (const file of files) {
      const { run, report } = againOf(file);
      const expected = sumsByColumn(file, run.contract, run.contractVersion);
      const columns = Object.keys(expected);
      const [found = {}] = await stagedRows(
        run,
        `SELECT count(*)::VARCHAR AS row_count ${columns.map((name) => `, coalesce(sum("${name}"), 0)::VARCHAR AS "${name}"`).join('')} FROM staged`,
      );

      expect([file, found['row_count']]).toEqual([file, String(report.rows.accepted)]);
      for (const column of columns)
        expect([file, column, plain(String(found[column]))]).toEqual([
          file,
          column,
          plain(expected[column] ?? ''),
        ]);
    }
  });

  it.each([
    ['looker/transactions.zip', 'interest < 0 OR to_tax < 0'],
    ['looker/historic_real_payments.xlsx', 'true_rebates > 0'],
  ])('%s has its rebate credits: as many, of the same amounts', async (file, isRebate) => {
    const { run } = againOf(file);
    const { rebates } = expectedOf(file);
    const expected = byColumn(rebates?.sums ?? {}, run.contract, run.contractVersion);
    const columns = Object.keys(expected);

    const [found = {}] = await stagedRows(
      run,
      `SELECT count(*)::VARCHAR AS row_count ${columns.map((name) => `, sum("${name}")::VARCHAR AS "${name}"`).join('')} FROM staged WHERE ${isRebate}`,
    );

    expect(Number(rebates?.rows)).toBeGreaterThan(0);
    expect(found['row_count']).toBe(rebates?.rows);
    for (const column of columns)
      expect([column, plain(String(found[column]))]).toEqual([column, plain(expected[column] ?? '')]);
  });
});

async function byCommand(): Promise<typeof command> {
  const args = files.flatMap((file) => ['--data', join(dir, file)]);
  const { code, stdout, stderr } = await runScript(
    'local/pipeline.ts',
    // Some datasets do not say which day they stand for.
    [...args, '--as-of', sums.asOf, '--json', '--out', join(dir, 'out')],
    { folder: join(dir, 'tmp'), giveUpMs: GIVE_UP_MS },
  );
  if (stdout === '') throw new Error(stderr);
  return { code, stderr, output: Output.parse(JSON.parse(stdout)) };
}

/** The last first, one after the other as people drop them. */
async function inReverse(): Promise<Store> {
  const storage = await takeStorageAccount();
  const account = storeAt(storage);
  await aLocalHost({ storage });
  const order = files.toReversed();
  const pathOf = (file: string): string => `inbox/${file}`;
  for (const file of order)
    await account.drop(pathOf(file), await readFile(join(dir, file)), { asof: sums.asOf });
  await untilQuiet(account, { dropped: order.map(pathOf), deadlineMs: GIVE_UP_MS });
  for (const file of order) {
    const { run } = await account.outcomeOf(pathOf(file));
    const report = ValidationReport.parse(await account.json('runs', `${run.runId}/validation_report.json`));
    reversed.set(file, { run, report });
  }
  return account;
}

async function stagedRows(
  run: RunRecord,
  query: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const scratch = await mkdtemp(join(dir, 'staged-'));
  const path = join(scratch, 'staged.parquet');
  await store.lake.download('staging', run.stagingPath ?? '', path);
  await using sql = await duckDbSqlEngine.open(scratch, { memoryMegabytes: 64, threads: 1 });
  await sql.run(`CREATE VIEW staged AS SELECT * FROM read_parquet('${path}')`);
  return await sql.rows(query);
}

function expectedOf(file: string): ExpectedSums['files'][string] {
  const expected = sums.files[file];
  if (expected === undefined) throw new RangeError(`${file} is not in the book`);
  return expected;
}

/** What the staged rows must add up to: orphans that are set aside are not among them. */
function sumsByColumn(file: string, contract: string, version: number): Record<string, string> {
  const { sums: all, orphans } = expectedOf(file);
  const without = isKept(file) ? {} : (orphans?.sums ?? {});
  const staged = Object.entries(all).map(([name, sum]) => [name, difference(sum, without[name] ?? '0.00')]);
  return byColumn(Object.fromEntries(staged), contract, version);
}

/** By the names that the contract has for them. A column that is masked has no sum. */
function byColumn(
  named: Readonly<Record<string, string>>,
  name: string,
  version: number,
): Record<string, string> {
  const contract = contractOf(name, version);
  if (contract === undefined) throw new RangeError(`there is no contract ${name}@${version}`);
  const header = Object.keys(named);
  const { positions, unexpected } = matchHeader(contract, header);
  expect([name, unexpected]).toEqual([name, []]);
  const masked = new Set(
    contract.columns.filter(({ mask }) => mask !== undefined).map((column) => column.name),
  );
  return Object.fromEntries(
    [...positions].flatMap(([column, position]) =>
      masked.has(column) ? [] : [[column, named[header[position] ?? ''] ?? '']],
    ),
  );
}

/** Its orphans are only counted: the customers file may be older. */
function isKept(file: string): boolean {
  return file === 'manual/payor_map.csv';
}

function runOf(file: string): z.infer<typeof Output>['runs'][number] {
  const found = command.output.runs.find((run) => run.file === join(dir, file));
  if (found === undefined) throw new RangeError(`${file} has no run`);
  return found;
}

function againOf(file: string): { run: RunRecord; report: ValidationReport } {
  const found = reversed.get(file);
  if (found === undefined) throw new RangeError(`${file} was not dropped again`);
  return found;
}

async function reportOf(file: string): Promise<ValidationReport> {
  const path = join(dir, 'out', runOf(file).runId, 'validation_report.json');
  return ValidationReport.parse(JSON.parse(await readFile(path, 'utf8')));
}

function countOf({ problems }: ValidationReport, code: string): number {
  return problems.reduce((sum, problem) => sum + (problem.code === code ? (problem.count ?? 1) : 0), 0);
}

function codesOf({ problems }: ValidationReport): string[] {
  return problems.map(({ code, count = 1 }) => `${code} ${count}`).toSorted();
}

function difference(a: string, b: string): string {
  const cents = (text: string): bigint => {
    const [whole = '', fraction = ''] = text.split('.');
    return BigInt(whole + fraction.padEnd(2, '0'));
  };
  const left = cents(a) - cents(b);
  const digits = String(left < 0n ? -left : left).padStart(3, '0');
  return `${left < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `1.50` and `1.500000` are `1.5`. */
function plain(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
