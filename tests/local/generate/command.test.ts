import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { FAULTS } from '../../../local/generate/faults/write-faults.ts';
import { inTemporaryFolder, readRecords } from './written-book.ts';

const COMMAND = fileURLToPath(new URL('../../../local/generate.ts', import.meta.url));

function generate(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('npm run generate', () => {
  it('explains itself', () => {
    const { code, out } = generate('--help');

    expect(code).toBe(0);
    for (const option of [
      '--out',
      '--loans',
      '--seed',
      '--as-of',
      '--formats',
      '--plant',
      '--faults',
      '--line-bytes',
      '--par-rows',
      '--bad-share',
      '--pii',
      '--loan-rows',
    ])
      expect(out).toContain(option);
  });

  it('lists the faults, one line each', () => {
    const { code, out } = generate('--faults', 'list');

    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(FAULTS.length);
    expect(out).toContain('unclosed-quote');
  });

  it.each([
    [[], '--out DIR is missing'],
    [['--bogus'], '--bogus'],
    [['--out', 'x', 'y'], 'do not know what to do with "y"'],
    [['--out', 'x', '--loans', 'many'], '--loans takes a whole number, not "many"'],
    [['--out', 'x', '--loans', '3'], '--loans: a book has at least 10 loans'],
    [['--out', 'x', '--as-of', '2025-02-30'], '--as-of: not a day of the calendar'],
    [['--out', 'x', '--par-rows', '99'], 'at least 100'],
    [
      ['--out', 'x', '--par-rows', '200', '--loans', '20'],
      '--par-rows makes one file alone: it does not go with --loans',
    ],
    [['--out', 'x', '--par-rows', '200', '--loan-rows', '20'], 'each make one file alone'],
    [['--out', 'x', '--loan-rows', '20', '--faults', 'bom'], '--loan-rows makes one file alone'],
    [['--out', 'x', '--loan-rows', '9'], 'at least 10'],
    [['--out', 'x', '--pii'], '--pii goes with --par-rows only'],
    [['--out', 'x', '--loan-rows', '20', '--bad-share', '0.1'], '--bad-share goes with --par-rows only'],
    [
      ['--out', 'x', '--par-rows', '200', '--bad-share', '2'],
      '--bad-share takes a share from 0 to 1, not "2"',
    ],
    [['--out', 'x', '--formats', 'docx'], '--formats takes csv, mixed, all, not "docx"'],
    [['--out', 'x', '--plant', 'roses'], '--plant takes duplicates, not "roses"'],
    [['--out', 'x', '--formats', 'mixed', '--faults', 'bom'], '--faults starts from the CSV files'],
    [['--out', 'x', '--faults', 'boom'], 'no fault is called "boom"'],
  ])('refuses %j with exit code 2 and says why', (args, message) => {
    const { code, out, err } = generate(...args);

    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(err).toContain('--help');
  });

  it('writes a book and the faults asked for, and lists what it wrote', async () => {
    await inTemporaryFolder(async (dir) => {
      const { code, out, err } = generate('--out', dir, '--loans', '200', '--faults', 'bom', 'crlf');

      expect(err).toBe('');
      expect(code).toBe(0);
      expect(out).toContain('looker/loans.csv');
      expect(out).toMatch(/cascade\/loan_tape\.xlsx +12 rows/);
      expect(out).toMatch(/faults\/bom\/looker\/loans\.csv +accepted/);
      expect(readdirSync(join(dir, 'faults'))).toEqual(['bom', 'crlf']);
      expect(await readRecords(dir, 'looker/loans.csv')).toHaveLength(200);
    });
  });

  it('writes a PAR file alone, with as many rows as asked for', async () => {
    await inTemporaryFolder(async (dir) => {
      const { code, out } = generate('--out', dir, '--par-rows', '250', '--seed', '9');

      expect(code).toBe(0);
      expect(out).toContain('seed 9');
      expect(readdirSync(dir).toSorted()).toEqual(['expected.json', 'looker']);
      expect(await readRecords(dir, 'looker/loan_par_balances.csv')).toHaveLength(250);
    });
  });

  it('writes bad rows and names into it when asked to', async () => {
    await inTemporaryFolder(async (dir) => {
      const { code } = generate('--out', dir, '--par-rows', '2000', '--bad-share', '0.1', '--pii');
      const rows = await readRecords(dir, 'looker/loan_par_balances.csv');

      expect(code).toBe(0);
      expect(rows.some((row) => row['cliente']?.includes(', S.A. de C.V.'))).toBe(true);
      expect(await readFile(join(dir, 'expected.json'), 'utf8')).toContain('"violations"');
    });
  });

  it('writes a loans file alone', async () => {
    await inTemporaryFolder(async (dir) => {
      const { code } = generate('--out', dir, '--loan-rows', '70');

      expect(code).toBe(0);
      expect(await readRecords(dir, 'looker/loans.csv')).toHaveLength(70);
    });
  });

  it('writes other formats, planted duplicates and a line as long as asked for', async () => {
    await inTemporaryFolder(async (dir) => {
      const { code, out } = generate(
        '--out',
        dir,
        '--loans',
        '300',
        '--formats',
        'mixed',
        '--plant',
        'duplicates',
      );

      expect(code).toBe(0);
      expect(out).toContain('looker/loan_par_balances.parquet');
      expect(await readFile(join(dir, 'expected.json'), 'utf8')).toContain('"identical": "3"');
    });
    await inTemporaryFolder(async (dir) => {
      const args = ['--out', dir, '--loans', '20', '--faults', 'endless-line', '--line-bytes', '1000'];
      const { code } = generate(...args);
      const text = await readFile(join(dir, 'faults/endless-line/looker/loans.csv'), 'utf8');

      expect(code).toBe(0);
      expect(text.split('\n').at(-1)).toHaveLength(1_000);
    });
  });
});
