import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withProgress } from '../../local/check-progress.ts';
import { TABLE_FORMATS } from '../../local/generate/formats/write-formats.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import type { SnapshotPart } from '../../shared/decode/snapshot-part.ts';
import { CheckReport } from '../../shared/pipeline/check-file.ts';
import type { FileReader } from '../../shared/ports/file-reader.ts';
import { aContract } from '../support/a-contract.ts';
import { aLoan, csvOf } from '../support/file-rows.ts';
import { type Ended, runScript } from '../support/run-script.ts';
import { loansFile, parFile, parRows } from '../support/small-files.ts';

// The command as people call it: arguments in; exit code, stdout and stderr out. No store and no key is there.

let dir: string;
let book: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-check-file-'));
  book = join(dir, 'book');
  await generateBook({ dir: book, loans: 60, seed: 5, formats: 'all' });
  await mkdir(join(dir, 'temporary'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function check(...args: string[]): Promise<Ended> {
  return runScript('local/check-file.ts', args, { folder: join(dir, 'temporary') });
}

async function file(name: string, body: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, body);
  return path;
}

/** 200 rows, two of which have no balance. */
function amberFile(): string {
  const rows = Array.from({ length: 40 }, (_, index) => parRows(`AMBER${index}`)).flat();
  return csvOf(rows.map((row, index) => (index < 2 ? { ...row, outstanding_balance: '' } : row)));
}

const reportOf = ({ stdout }: Ended): CheckReport => CheckReport.parse(JSON.parse(stdout));

describe('the verdict in words', () => {
  it('of a file that would be taken in has exit code 0', async () => {
    const { code, stdout, stderr } = await check(await file('good.csv', parFile('GOOD')));

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^(?:GREEN|AMBER) {2}The file would be taken in.*; no row would be set aside/);
    expect(stdout).toContain(
      'looker/loan_par_balances, contract loan_par_balances version 1, as of 2025-11-30',
    );
    expect(stdout).toContain('5 rows read, 5 rows to be taken in, 0 rows rejected');
    expect(stdout).toContain('This was a check: nothing was taken in.');
  });

  it('of one with a few bad rows is amber, names them, and says what to do', async () => {
    const { code, stdout } = await check(await file('amber.csv', amberFile()));

    expect(code).toBe(0);
    expect(stdout).toMatch(/^AMBER {2}The file would be taken in without 2 rows/);
    expect(stdout).toMatch(
      /What is wrong, and what to do[\s\S]*missing-value[\s\S]*docs\/runbooks\/missing-value\.md/,
    );
    expect(stdout).toMatch(/Expectations that are not met[\s\S]*should {2}not-null:/);
    expect(stdout).toMatch(/First rejected rows\n {2}row 1: .*\n {2}row 2: /);
  });

  it('of one that would be rejected is red, with exit code 2', async () => {
    const rows = parRows('RED').map((row) => ({ ...row, outstanding_balance: 'much' }));

    const { code, stdout } = await check(await file('red.csv', csvOf(rows)));

    expect(code).toBe(2);
    expect(stdout).toMatch(/^RED {2}The file would be rejected/);
    expect(stdout).toContain('too-many-bad-rows (5)');
    expect(stdout).toContain('must  tolerance');
  });

  it('of one that fits no dataset is red, with exit code 2', async () => {
    const { code, stdout } = await check(await file('mystery.csv', 'a,b\n1,2\n'));

    expect(code).toBe(2);
    expect(stdout).toMatch(/^RED[\s\S]*no row was read[\s\S]*unknown-dataset/);
  });
});

describe('--json', () => {
  it.each(TABLE_FORMATS)('is one document on stdout, whatever the format: %s', async (format) => {
    const folder = join(book, 'formats', format, 'looker');
    const name = (await readdir(folder)).find((each) => each.startsWith('loans.'));

    const ended = await check(join(folder, name ?? ''), '--json');

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(reportOf(ended)).toMatchObject({
      dataset: 'looker/loans',
      verdict: 'accepted',
      asOf: '2025-12-10',
      rows: { read: 60, accepted: 60 },
      controlTotals: { outstanding_balance: (await loansOfCsv()).controlTotals['outstanding_balance'] },
    });
  });

  const loansOfCsv = async () => reportOf(await check(join(book, 'looker/loans.csv'), '--json'));
});

describe('references', () => {
  const referencesOf = (ended: Ended) =>
    reportOf(ended).expectations.filter(({ id }) => id.startsWith('references:'));

  it('are not evaluated by themselves', async () => {
    const path = await file('alone.csv', parFile('ALONE'));

    for (const args of [[], ['--book', 'none']]) {
      const results = referencesOf(await check(path, '--json', ...args));
      expect(results.map(({ status }) => status)).toEqual(['not-evaluated']);
    }
  });

  it('are checked with files that are named', async () => {
    const path = await file('orphan.csv', csvOf([...parRows('KNOWN'), ...parRows('ORPHAN').slice(0, 1)]));
    const loans = await file('known-loans.csv', loansFile('KNOWN'));

    const [result] = referencesOf(await check(path, '--json', '--against', loans));

    expect(result).toMatchObject({ status: 'failed', failing: 1, firstRecords: [6] });
  });

  it('are checked with the files below a folder', async () => {
    const results = referencesOf(await check(join(book, 'looker/loans.csv'), '--json', '--book', book));

    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ['references:customer_id->looker_customers', 'passed'],
    ]);
  });

  it('are not checked with a file of a later day, as they would not be after a drop, which is said', async () => {
    const path = await file('earlier.csv', parFile('LATER'));
    const loans = await file(
      'later-loans.csv',
      csvOf([aLoan({ loan_id: 'LATER-001', disburse_date: '2025-10-01', dpd: '10' })]),
    );

    const ended = await check(path, '--json', '--against', loans);

    expect(referencesOf(ended)).toEqual([expect.objectContaining({ status: 'not-evaluated' })]);
    expect(ended.stderr).toContain(`${loans} stands for 2025-12-10, after 2025-11-30`);
  });

  it('are not checked with a file that would be rejected or is not known, which is said', async () => {
    const path = await file('beside.csv', parFile('BESIDE'));
    const bad = await file('bad-loans.csv', loansFile('BESIDE').replaceAll('USD', 'EUR'));
    const mystery = await file('mystery-2.csv', 'a,b\n1,2\n');

    const ended = await check(path, '--json', '--against', bad, '--against', mystery);

    expect(referencesOf(ended)).toEqual([expect.objectContaining({ status: 'not-evaluated' })]);
    expect(ended.stderr).toContain(`${bad} would be rejected, so nothing was compared with it`);
    expect(ended.stderr).toContain(`${mystery} is of no dataset`);
  });
});

describe('options', () => {
  it('--html writes the page', async () => {
    const page = join(dir, 'page.html');

    const { code } = await check(await file('page.csv', parFile('PAGE')), '--html', page);

    expect(code).toBe(0);
    expect(await readFile(page, 'utf8')).toContain('This was a check. Nothing was taken in');
  });

  it('--dataset and --as-of say what the file does not', async () => {
    const path = await file('other.csv', parFile('OTHER'));

    const ended = await check(
      path,
      '--json',
      '--dataset',
      'looker/loan_par_balances',
      '--as-of',
      '2025-10-31',
    );

    const report = reportOf(ended);
    expect(report.sourceFile).toBe('looker/loan_par_balances/other.csv');
    expect(report.problems.map(({ message }) => message).join()).toContain('asof=2025-10-31');
  });

  it('--help tells them all', async () => {
    const { code, stdout } = await check('--help');

    expect(code).toBe(0);
    for (const option of ['--dataset', '--as-of', '--against', '--book', '--json', '--html']) {
      expect(stdout).toContain(option);
    }
  });

  it.each([
    [[], 'no file was given'],
    [['nowhere.csv'], 'not a file'],
    [['a.csv', 'b.csv'], 'one file'],
    [['a.csv', '--dataset', 'x'], 'no dataset'],
    [['a.csv', '--as-of', '2025-02-30'], 'not a day'],
    [['a.csv', '--colour'], '--colour'],
  ])('that are wrong are named, with exit code 2: %j', async (args, word) => {
    const { code, stdout, stderr } = await check(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(word);
    expect(stderr).toContain('See --help.');
  });

  it('that name a place where nothing can be written or read are told before the work', async () => {
    const path = await file('place.csv', parFile('PLACE'));

    const page = await check(path, '--html', join(dir, 'nowhere/page.html'));
    const folder = await check(path, '--html', dir);
    const noBook = await check(path, '--book', join(dir, 'nowhere'));

    expect([page.code, folder.code, noBook.code]).toEqual([2, 2, 2]);
    expect(page.stderr + folder.stderr + noBook.stderr).toMatch(/no folder[\s\S]*is a folder[\s\S]*--book/);
  });
});

describe('progress', () => {
  const part = { records: 7 } as SnapshotPart;
  const reader: FileReader = {
    readHeaders: () => Promise.resolve([]),
    async read(_file, _contract, sink) {
      for (let parts = 0; parts < 3; parts += 1) await sink.take(part);
      return { kind: 'unreadable', problems: [] };
    },
  };
  const read = async (size: number): Promise<{ told: number[]; taken: SnapshotPart[] }> => {
    const told: number[] = [];
    const taken: SnapshotPart[] = [];
    const source = { size, read: () => Promise.resolve(new Uint8Array()) };
    const sink = { take: async (each: SnapshotPart) => void taken.push(each) };
    await withProgress(reader, (rows) => told.push(rows)).read(
      { source, scratchDir: dir },
      aContract(),
      sink,
    );
    return { told, taken };
  };

  it('tells the rows of a large file as they are read', async () => {
    expect(await read(1024 ** 3)).toEqual({ told: [7, 14, 21], taken: [part, part, part] });
  });

  it('is not told of a small one', async () => {
    expect(await read(1024)).toEqual({ told: [], taken: [part, part, part] });
  });
});

it('leaves nothing in the temporary folder', async () => {
  await check(await file('clean.csv', amberFile()), '--book', book);

  expect(await readdir(join(dir, 'temporary'))).toEqual([]);
});
