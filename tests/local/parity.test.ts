import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateBook } from '../../local/generate/generate-book.ts';
import { parityLines } from '../../local/parity-lines.ts';
import { Parity } from '../../shared/kpis/parity-result.ts';
import { date } from '../shared/kpis/small-book.ts';
import { aKpiResult } from '../support/a-kpi-mart.ts';
import { csvOf } from '../support/file-rows.ts';
import { type Ended, runScript } from '../support/run-script.ts';
import { parRows } from '../support/small-files.ts';

// The command as people call it: arguments in; exit code, stdout and stderr out.

let dir: string;
let book: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-parity-'));
  book = join(dir, 'book');
  await generateBook({ dir: book, loans: 60, seed: 5 });
  await mkdir(join(dir, 'temporary'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function parity(...args: string[]): Promise<Ended> {
  return runScript('local/parity.ts', args, { folder: join(dir, 'temporary') });
}

describe('a book in a folder', () => {
  it('agrees, KPI by KPI, with exit code 0', async () => {
    const { code, stdout, stderr } = await parity('--data', book);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('looker_loan_par_balances, looker_loans, looker_schedules, looker_transactions');
    expect(stdout).toMatch(/risk\.par_30 +agrees +\d+ dates {2}newest \d/);
    expect(stdout).toMatch(/\d+ values agree\.\n$/);
    expect(stdout).not.toContain('DIFFERS');
  });

  it('agrees on an earlier day as well, as one JSON document', async () => {
    const { code, stdout } = await parity('--data', book, '--as-of', '2024-06-30', '--json');

    const { asOf, ...proof } = JSON.parse(stdout);
    expect([code, asOf]).toEqual([0, '2024-06-30']);
    expect(Parity.parse(proof)).toMatchObject({ mismatches: [], unproven: [] });
  });
});

describe('files that are named', () => {
  it('are a book, which may lack feeds', async () => {
    const { code, stdout } = await parity('--data', join(book, 'looker/loan_par_balances.csv'));

    expect(code).toBe(0);
    expect(stdout).toMatch(/risk\.par_30 +agrees/);
    expect(stdout).toMatch(/risk\.collection_rate +none +needs/);
  });

  it('may be rejected, which is exit code 2 and says why', async () => {
    const bad = join(dir, 'bad.csv');
    await writeFile(bad, csvOf(parRows('BAD').map((row) => ({ ...row, outstanding_balance_usd: '-1' }))));

    const { code, stdout, stderr } = await parity('--data', bad);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('bad.csv: rejected. ');
  });
});

it.each([
  [[], 'no file was given'],
  [['--data', 'nowhere'], 'nowhere is not a file or folder that can be read'],
  [['--data', '.', '--as-of', 'today'], 'is not a day'],
  [['--data', '.'], 'there is no data file in the folder'],
  [['--dta', 'x'], "Unknown option '--dta'"],
])('a wrong call %j is exit code 2 and points to the help', async (args, words) => {
  const { code, stderr } = await parity(...args);

  expect(code).toBe(2);
  expect(stderr).toContain(words);
  expect(stderr).toContain('See --help.');
});

it('--help tells how to call it', async () => {
  const { code, stdout } = await parity('--help');

  expect(code).toBe(0);
  expect(stdout).toContain('Usage: npm run parity -- --data DIR|FILE');
});

it('what does not agree is shown with both sides and by how much, the first few of each KPI', () => {
  const at = { kpi: 'risk.par_30', version: 1, part: 'numerator' } as const;
  const mismatches = Array.from({ length: 7 }, (_, index) => ({
    ...at,
    reportingDate: date(`2025-0${index + 1}-28`),
    engine: index === 0 ? null : '250',
    twin: '750',
    difference: index === 0 ? null : '-500',
  }));
  const results = [aKpiResult({ id: 'risk.par_30', value: '6.25', reportingDate: date('2025-07-28') })];
  const proof = { checked: 9, mismatches, unproven: ['risk.par_60@2'] };

  const lines = parityLines({
    asOf: date('2025-12-10'),
    relations: ['looker_loans'],
    results,
    parity: proof,
  });

  expect(lines.filter((line) => /par_30 |^ {6}|prove|agree\./.test(line))).toEqual([
    '  risk.par_30                       DIFFERS     1 dates  newest 6.25',
    '      2025-01-28 numerator: engine none, twin 750',
    ...[2, 3, 4, 5].map((month) => `      2025-0${month}-28 numerator: engine 250, twin 750, by -500`),
    '      and 2 more',
    'The twin does not know risk.par_60@2: nobody has proved it.',
    '7 of 9 values do not agree.',
  ]);
});
