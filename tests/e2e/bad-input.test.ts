import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CsvTable, csvText, namedRow, readCsvTable } from '../../local/generate/faults/csv-table.ts';
import type { ExpectedFault } from '../../local/generate/faults/expected-fault.ts';
import { FAULTS, writeFaults } from '../../local/generate/faults/write-faults.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import { addDays, LocalDate } from '../../shared/domain/local-date.ts';
import type { Problem } from '../../shared/domain/problem.ts';
import { supersedes } from '../../shared/pipeline/book.ts';
import { Manifest, RunSummary, ValidationReport } from '../../shared/runs/documents.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';

// Every file that is wrong, or only looks wrong, dropped into one host: each gets the verdict that its maker
// announced, in words that a person can act on.

const LOANS = 'looker/loans.csv';
const FAULTS_A_DAY = 10;
const NOT_DONE = /(Nothing|No row) was (promoted|read|computed|dropped)|The file was not read/;
const TO_DO = /\b(drop|export|rename|correct|check|save|close|remove|add)\b/i;

/** Ids of loans and customers, and places where people live. */
const PERSON = /CLI\w*\d|AB[FT] - |San Salvador|La Libertad|Santa Ana/;

let dir: string;
let storage: string;
let store: Store;
let host: LocalHostProcess;
const dropped: string[] = [];
const verdicts = new Map<string, { path: string; expected: ExpectedFault }>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-bad-'));
  storage = await takeStorageAccount();
  store = storeAt(storage);
  host = await aLocalHost({ storage });
  await dropFaults(
    'others',
    FAULTS.filter(({ file }) => file !== LOANS),
    LocalDate.parse('2025-11-10'),
  );
  // Loans are dropped after everything else, a few for each day, each day after the one before: a file has those of its
  // own day computed again, and no others.
  const ofLoans = FAULTS.filter(({ file }) => file === LOANS);
  for (let at = 0; at < ofLoans.length; at += FAULTS_A_DAY)
    await dropFaults(
      at === 0 ? 'loans' : `loans ${at}`,
      ofLoans.slice(at, at + FAULTS_A_DAY),
      addDays(LocalDate.parse('2025-12-10'), at),
    );
}, 600_000);
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

describe('the fault', () => {
  it.each(FAULTS.map(({ name }) => name))('%s gets its verdict', async (name) => {
    const { path, expected } = verdictOf(name);
    const { run } = await store.outcomeOf(path);

    expect(run.status).toBe(expected.outcome === 'rejected' ? 'rejected' : 'success');
    expect(run.rejectedRows ?? 0).toBe(expected.badRows);
    if (expected.outcome !== 'rejected') expect(run.rows).toBe(expected.rows);
    const worst = expected.outcome === 'accepted' ? [] : [expected.problem];
    const codes = run.problems.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(worst));
    if (expected.outcome === 'accepted') {
      // The books are of a past year, which is all that may be said of a good file; but so many bad ones of its dataset
      // land around it that the breaker may be open, which is said of each.
      const remarks = run.problems.filter(
        ({ severity, code }) => severity !== 'notice' && code !== 'breaker-open',
      );
      expect(remarks.map(({ code }) => code)).toEqual(['stale-data']);
      if (expected.problem !== undefined) expect(codes).toContain(expected.problem);
    }
  });

  it.each(FAULTS.map(({ name }) => name))('%s is told in words that lead to its place', async (name) => {
    const { path, expected } = verdictOf(name);
    const { run } = await store.outcomeOf(path);
    const [problem] = run.problems.filter(({ code }) => code === expected.problem);
    if (expected.problem === undefined) return;
    if (problem === undefined) throw new Error(`${path} was judged without a word of ${expected.problem}`);

    const said = run.problems.map(({ message }) => message.toLowerCase()).join('\n');
    const { record, column } = expected;
    if (record !== undefined) expect(said).toMatch(new RegExp(`(row ${record}|line ${record + 1})\\b`));
    const isAboutOneColumn = problem.column !== undefined;
    if (isAboutOneColumn && column !== undefined) expect(said).toContain(column.toLowerCase());
  });

  it('that rejects a file says what was not done and what to do, and keeps every document', async () => {
    for (const path of dropped) {
      const { run, drop } = await store.outcomeOf(path);
      if (run.status !== 'rejected') continue;
      expectPlainWords(run.problems[0], path);
      if (drop.outcome === 'rejected') expect(drop.detail).toBe(run.problems[0]?.message);
      const summary = RunSummary.parse(await store.json('runs', `${run.runId}/summary.json`));
      const report = ValidationReport.parse(await store.json('runs', `${run.runId}/validation_report.json`));
      const manifest = Manifest.parse(await store.json('runs', `${run.runId}/manifest.json`));
      expect(summary.problems[0]?.message).toContain(`See docs/runbooks/${run.problems[0]?.code}.md`);
      expect([summary.status, report.verdict]).toEqual(['rejected', 'rejected']);
      expect(manifest.files.filter(({ container }) => ['staging', 'marts'].includes(container))).toEqual([]);
    }
  });

  it('that rejects a file leaves nothing of it in staging, marts and reports', async () => {
    const rejected = new Set((await store.ledger.list({ status: 'rejected' })).map(({ runId }) => runId));

    for (const zone of ['staging', 'marts', 'reports'] as const) {
      const own = (await store.paths(zone)).filter((path) => [...rejected].some((id) => path.includes(id)));
      expect(own).toEqual([]);
    }
    expect((await store.registry.all()).filter(({ runId }) => rejected.has(runId))).toEqual([]);
  });

  it('in single rows keeps exactly those rows in quarantine, with the reason beside each', async () => {
    for (const { path, expected } of verdicts.values()) {
      if (expected.outcome !== 'quarantined') continue;
      const { run } = await store.outcomeOf(path);
      const { quarantinePath } = ValidationReport.parse(
        await store.json('runs', `${run.runId}/validation_report.json`),
      );
      const lines = (await store.bytes('quarantine', quarantinePath ?? '')).toString('utf8');
      const rows = lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { record: number; issues: { code: string }[] });

      expect([path, rows.length]).toEqual([path, expected.badRows]);
      // A token is random letters, which may look like anything.
      expect(lines.replaceAll(/v1:[\w-]{22}/g, 'token')).not.toMatch(PERSON);
      expect(JSON.stringify(run.problems)).not.toMatch(PERSON);
      expect(rows.map(({ record }) => record)).toContain(expected.record);
      for (const { issues } of rows) expect(issues.map(({ code }) => code)).toContain(expected.problem);
    }
  });
});

describe('a file that comes again', () => {
  it('points to the run it had, accepted or rejected, under the same name or another', async () => {
    // Of those that were accepted the one that no other has superseded: any other would count again.
    const [newest] = (await store.registry.all())
      .filter(({ relation }) => relation === 'looker_loans')
      .toSorted((a, b) => (supersedes(a, b) ? -1 : 1));
    const accepted = newest && (await store.ledger.find(newest.runId))?.value;
    const rejected = (await store.outcomeOf(verdictOf('missing-column').path)).run;
    for (const run of [accepted, rejected]) {
      if (run === undefined) throw new Error('no loans were accepted');
      const { path } = run.drop;
      const again = `looker/loans/again_${run.status}.csv`;
      const body = await store.bytes('landing', path);

      await dropAll([
        [again, body],
        [path, body],
      ]);

      const { drop } = await store.outcomeOf(again);
      expect(drop).toMatchObject({ outcome: 'duplicate', runId: run.runId });
      const after = await store.ledger.find(run.runId);
      expect(after?.value).toMatchObject({ status: run.status, attempt: run.attempt });
    }
    expect([accepted?.status, rejected.status]).toEqual(['success', 'rejected']);
  });
});

describe('a file without usable bytes', () => {
  it('is rejected when it has none, wherever it lies', async () => {
    await dropAll([['somewhere/else/empty.csv', '']]);

    const problem = await rejectedFor('somewhere/else/empty.csv', 'empty-file');

    expect(problem.message).toMatch(/^The file has no bytes\. Nothing was read\./);
  });

  it('is rejected when it is what is left of a ZIP archive, and named .csv', async () => {
    const zip = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.alloc(200, 7)]);
    await dropAll([
      ['looker/loans/archive.csv', zip],
      ['inbox/archive.csv', zip],
    ]);

    await rejectedFor('looker/loans/archive.csv', 'damaged-file');
    await rejectedFor('inbox/archive.csv', 'damaged-file');
  });

  it('leaves nothing running when it is deleted at once; if it was seen, its run says that it is gone', async () => {
    const landing = BlobServiceClient.fromConnectionString(storage).getContainerClient('landing');
    const loans = await goodLoans();
    const paths = Array.from({ length: 8 }, (_, index) => `looker/loans/fleeting_${index}.csv`);
    for (const [index, path] of paths.entries()) {
      await store.drop(path, withoutLast(loans, 40 + index));
      await landing.deleteBlob(path);
    }

    await untilQuiet(store, { dropped });

    for (const path of paths) {
      const drop = await store.ledger.findDrop(path);
      const run = drop?.runId && (await store.ledger.find(drop.runId))?.value;
      if (!run) continue;
      expect(['success', 'canceled']).toContain(run.status);
      if (run.status === 'canceled') expectPlainWords(run.problems[0], path);
    }
  });
});

describe('the name of a file', () => {
  const REFUSED: readonly (readonly [what: string, path: string, shown: string])[] = [
    ['an encoded parent folder', 'looker/loans/%2e%2e/loans.csv', 'looker/loans/%2e%2e/loans.csv'],
    ['an encoded control character', 'looker/loans/lo%09ans.csv', 'looker/loans/lo%09ans.csv'],
    ['an encoded backslash', 'looker/loans/..%5cloans.csv', 'looker/loans/..%5cloans.csv'],
    ['a change of the direction of writing', 'looker/loans/loans\u202evsc.csv', 'U+202E'],
  ];
  const TAKEN: readonly (readonly [what: string, path: string])[] = [
    ['spaces and brackets', 'looker/loans/loans of  December (final).csv'],
    ['letters beyond ASCII', 'looker/loans/préstamos año 2025 – 貸付 ✓.csv'],
    ['dots that are no segment', 'looker/loans/..loans...csv'],
    ['a percent sign of its own', 'looker/loans/100 % loans.csv'],
    ['an escape of a harmless letter', 'looker/loans/lo%61ns.csv'],
    ['a number only', 'looker/loans/12'],
    ['deeper folders', 'looker/loans/2025/12/loans.csv'],
    ['folders of no dataset, where the header tells', 'inbox/from Ana/loans.csv'],
  ];

  beforeAll(async () => {
    const loans = await goodLoans();
    const paths = [...REFUSED, ...TAKEN].map(([, path]) => path);
    // Each with another content: fewer rows by one.
    await dropAll(paths.map((path, index) => [path, withoutLast(loans, index + 1)]));
  });

  it.each(REFUSED)('is refused when it holds %s, and the file is not read', async (_, path, shown) => {
    const problem = await rejectedFor(path, 'unsafe-name');

    expect(problem.message).toContain(shown);
    expect(problem.message).not.toContain('\u202e');
    expect((await store.outcomeOf(path)).run.rawPath).toBeUndefined();
  });

  it.each(TAKEN)('may hold %s', async (_, path) => {
    const { run } = await store.outcomeOf(path);

    expect(run).toMatchObject({ status: 'success', dataset: 'looker/loans', rejectedRows: 0, duplicates: 0 });
    expect(run.drop.path).toBe(path);
    expect(run.rawPath).toMatch(/^looker\/loans\/\d{4}-\d\d-\d\d\/[0-9a-f]{64}\.(csv|bin)$/);
  });

  it('is refused over HTTP as well when it leads out of landing', async () => {
    for (const path of ['../runs/x.csv', 'looker/../../x.csv', '/etc/passwd', 'looker//loans.csv', 'a\\b']) {
      const answer = await host.ask(`/api/pipeline/trigger?input_file=${encodeURIComponent(path)}`, {
        method: 'POST',
        body: 'a,b\n1,2\n',
      });

      expect([path, answer.status]).toEqual([path, 400]);
      expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(NOT_DONE) });
    }
  });
});

describe('the day of a file that has none of its own', () => {
  it('is asked for when nobody told it', async () => {
    await dropAll([['looker/loans/undated.csv', await withoutOverdue(1)]]);

    const problem = await rejectedFor('looker/loans/undated.csv', 'no-as-of');

    expect(problem.message).toContain('asof=');
  });

  it('is taken from the metadata, but not when that lies ahead', async () => {
    const [told, ahead] = ['looker/loans/told.csv', 'looker/loans/ahead.csv'];
    await dropAll([
      [told, await withoutOverdue(2), { asof: '2025-12-01' }],
      [ahead, await withoutOverdue(3), { asof: '2099-01-01' }],
    ]);

    expect((await store.outcomeOf(told)).run).toMatchObject({ status: 'success', asOf: '2025-12-01' });
    expect((await rejectedFor(ahead, 'future-as-of')).message).toContain('2099-01-01');
  });

  it('is taken from the name', async () => {
    const path = 'looker/loans/loans_2025-12-02.csv';
    await dropAll([[path, await withoutOverdue(4)]]);

    expect((await store.outcomeOf(path)).run).toMatchObject({ status: 'success', asOf: '2025-12-02' });
  });
});

describe('after all of it', () => {
  it('nothing has failed, nothing is running, nothing lies on a poison queue', async () => {
    await untilQuiet(store, { dropped });

    expect(await store.ledger.list({ status: 'failed' })).toEqual([]);
    expect((await store.paths('quarantine')).filter((path) => path.startsWith('poison/'))).toEqual([]);
    expect((await host.ask('/api/health', { key: '' })).status).toBe(200);
  });
});

async function dropFaults(name: string, faults: typeof FAULTS, asOf: LocalDate): Promise<void> {
  const book = join(dir, name);
  await generateBook({ dir: book, loans: 400, seed: 3, asOf });
  const expected = await writeFaults(book, faults, 3);
  const files: Dropped[] = [];
  for (const verdict of expected) {
    const path = verdict.file.replace(/\.csv$/, `/${verdict.fault}.csv`);
    verdicts.set(verdict.fault, { path, expected: verdict });
    files.push([path, await readFile(join(book, 'faults', verdict.fault, verdict.file))]);
  }
  await dropAll(files);
}

type Dropped = [path: string, body: Uint8Array | string, metadata?: Record<string, string>];

async function dropAll(files: readonly Dropped[]): Promise<void> {
  for (const [path, body, metadata] of files) {
    await store.drop(path, body, metadata);
    dropped.push(path);
  }
  await untilQuiet(store, { dropped: files.map(([path]) => path) });
}

function verdictOf(fault: string): { path: string; expected: ExpectedFault } {
  const verdict = verdicts.get(fault);
  if (verdict === undefined) throw new RangeError(`${fault} was not dropped`);
  return verdict;
}

async function rejectedFor(path: string, code: Problem['code']): Promise<Problem> {
  const { run }: { run: RunRecord } = await store.outcomeOf(path);
  const [problem] = run.problems;
  expect([path, run.status, problem?.code]).toEqual([path, 'rejected', code]);
  if (problem === undefined) throw new Error(`${path} was rejected without a word`);
  expectPlainWords(problem, path);
  return problem;
}

/** What is wrong, what was not done, what to do. */
function expectPlainWords(problem: Problem | undefined, path: string): void {
  const { message = '' } = problem ?? {};
  const [fact = '', rest = ''] = message.split(NOT_DONE, 1).concat(message);
  expect([path, fact.trim().length > 20]).toEqual([path, true]);
  expect(message).toMatch(NOT_DONE);
  expect(rest.slice(rest.search(NOT_DONE))).toMatch(TO_DO);
  expect(message).toMatch(/\.$/);
}

function goodLoans(): Promise<CsvTable> {
  return readCsvTable(join(dir, 'loans', LOANS));
}

/** The same file less its last rows: another content for each number. */
function withoutLast({ header, rows }: CsvTable, count: number): string {
  return csvText({ header, rows: rows.slice(0, rows.length - count) });
}

/** Loans that are all on time: no row says which day it is. */
async function withoutOverdue(rowsLess: number): Promise<string> {
  const loans = await goodLoans();
  const rows = loans.rows.filter((row) => namedRow(loans, row).get('dpd') === '0');
  return withoutLast({ header: loans.header, rows }, rowsLess);
}
