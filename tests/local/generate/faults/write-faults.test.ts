import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { ExpectedFault } from '../../../../local/generate/faults/expected-fault.ts';
import { FAULTS, faultsNamed, writeFaults } from '../../../../local/generate/faults/write-faults.ts';
import { generateBook } from '../../../../local/generate/generate-book.ts';
import { type Cells, cents, inTemporaryFolder, total } from '../written-book.ts';

/** Holds the folder open for all tests of the file. */
let dir: string;
let release: () => void;
let closed: Promise<void>;

beforeAll(async () => {
  await new Promise<void>((ready) => {
    closed = inTemporaryFolder(async (folder) => {
      dir = folder;
      await generateBook({ dir, loans: 400, seed: 3 });
      await writeFaults(dir, FAULTS, 3);
      ready();
      await new Promise<void>((done) => {
        release = done;
      });
    });
  });
});
afterAll(async () => {
  release();
  await closed;
});

describe('the faulty variants', () => {
  it('lie each in a folder of its own, with one file and the verdict that it must get', async () => {
    const folders = await readdir(join(dir, 'faults'));

    expect(folders.toSorted()).toEqual(FAULTS.map((fault) => fault.name).toSorted());
    for (const fault of FAULTS) {
      const verdict = await expectedOf(fault.name);
      expect(verdict.fault).toBe(fault.name);
      await expect(readFile(join(dir, 'faults', fault.name, verdict.file))).resolves.toBeDefined();
    }
  });

  it('touch below 1 % of the rows where rows are set aside', async () => {
    for (const { name } of FAULTS) {
      const { outcome, badRows, rows } = await expectedOf(name);
      if (outcome !== 'quarantined') continue;
      expect(badRows).toBeGreaterThan(0);
      expect(badRows / (rows ?? 0)).toBeLessThan(0.01);
    }
  });

  it('are the same for the same seed', async () => {
    const before = await faulty('text-in-number');

    await writeFaults(dir, faultsNamed(['text-in-number']), 3);

    expect(await faulty('text-in-number')).toBe(before);
  });
});

describe.each([
  'shifted-row',
  'text-in-number',
  'impossible-date',
  'par-nesting',
  'par-90-without-par-30',
  'negative-balance',
  'writeoff-with-balance',
  'null-words-required',
  'null-words-nullable',
  'float-residue',
  'currency-signs',
  'accounting-negatives',
  'huge-cell',
  'formula-cells',
  'all-rows-bad',
  'too-many-bad-rows',
  'tape-buckets',
  'tape-90-plus',
])('the fault %s', (name) => {
  it('differs from the good file in the announced rows only, beginning with the announced one', async () => {
    const verdict = await expectedOf(name);
    const [good, bad] = [records(await goodText(verdict.file)), records(await faulty(name))];

    const touched = good.flatMap((row, index) => (sameCells(row, bad[index]) ? [] : [index + 1]));

    expect(bad).toHaveLength(good.length);
    expect(verdict.rows).toBe(good.length);
    expect(verdict.record).toBe(touched[0]);
    if (verdict.outcome !== 'accepted') expect(touched).toHaveLength(verdict.badRows);
    if (verdict.outcome === 'accepted') expect(verdict.badRows).toBe(0);
    for (const column of [verdict.column ?? '']) expect(Object.keys(good[0] ?? {})).toContain(column);
  });
});

describe('each fault', () => {
  it('empty-file has no bytes, header-only no rows, unknown-dataset another name and header', async () => {
    expect(await faulty('empty-file')).toBe('');
    expect((await faulty('header-only')).split('\n')).toHaveLength(2);
    expect((await expectedOf('unknown-dataset')).file).toBe('looker/mystery.csv');
    expect(await faulty('unknown-dataset')).toMatch(/^alpha,beta,gamma\n/);
  });

  it('missing-column, renamed-column and duplicate-column change the header as announced', async () => {
    const header = async (name: string): Promise<string[]> =>
      (await faulty(name)).split('\n', 1)[0]?.split(',') ?? [];

    expect(await header('missing-column')).not.toContain('disburse_principal');
    expect(await header('renamed-column')).toContain('outstanding_bal');
    expect(await header('renamed-column')).not.toContain('outstanding_balance');
    expect((await header('duplicate-column')).filter((name) => name === 'outstanding_balance')).toHaveLength(
      2,
    );
    expect(await expectedOf('renamed-column')).toMatchObject({
      outcome: 'rejected',
      problem: 'missing-column',
      column: 'outstanding_balance',
    });
  });

  it('ragged-row has the announced number of records of another length', async () => {
    const verdict = await expectedOf('ragged-row');
    const lengths = (await faulty('ragged-row'))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(',').length);

    const ragged = lengths.filter((length) => length !== 28);

    expect(ragged).toHaveLength(verdict.badRows);
    expect(lengths.findIndex((length) => length !== 28)).toBe(verdict.record);
  });

  it('shifted-row keeps the number of cells, with a customer where a day belongs', async () => {
    const { record = 0 } = await expectedOf('shifted-row');
    const [good, bad] = [await goodText('looker/loans.csv'), await faulty('shifted-row')].map(
      (text) => records(text)[record - 1],
    );

    expect(bad?.['customer_id']).toBe('');
    expect(bad?.['application_date']).toBe(good?.['customer_id']);
  });

  it('unclosed-quote opens a cell that no parser can close', async () => {
    const text = await faulty('unclosed-quote');

    expect(text.split('"')).toHaveLength(2);
    expect(() => records(text)).toThrow('Quote Not Closed');
  });

  it('semicolons has semicolons only, and is accepted with a notice', async () => {
    const text = await faulty('semicolons');

    expect(await expectedOf('semicolons')).toMatchObject({
      outcome: 'accepted',
      problem: 'other-delimiter',
      rows: 400,
      badRows: 0,
    });

    expect(text).not.toContain(',');
    expect(text.replaceAll(';', ',')).toBe(await goodText('looker/loans.csv'));
  });

  it('wrong-encoding is not UTF-8, and reads well as Latin-1', async () => {
    const bytes = await readFile(join(dir, 'faults/wrong-encoding/looker/loans.csv'));

    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
    expect(bytes.toString('latin1')).toContain('Usulután');
  });

  it('windows-1252 is not UTF-8 and has quotes that Latin-1 does not know', async () => {
    const bytes = await readFile(join(dir, 'faults/windows-1252/looker/loans.csv'));

    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
    expect(new TextDecoder('windows-1252').decode(bytes)).toContain('“Usulután”');
    expect(await expectedOf('windows-1252')).toMatchObject({
      outcome: 'rejected',
      problem: 'wrong-encoding',
    });
  });

  it('utf-16 holds the good file in two bytes for each character', async () => {
    const bytes = await readFile(join(dir, 'faults/utf-16/looker/loans.csv'));

    expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xfe]);
    expect(new TextDecoder('utf-16le').decode(bytes)).toBe(await goodText('looker/loans.csv'));
    expect(await expectedOf('utf-16')).toMatchObject({ outcome: 'rejected', problem: 'wrong-encoding' });
  });

  it('nul-byte has one NUL, in the announced record', async () => {
    const lines = (await faulty('nul-byte')).split('\n');
    const { record, problem } = await expectedOf('nul-byte');

    const places = lines.flatMap((line, index) => (line.includes('\0') ? [index] : []));

    expect([places, problem]).toEqual([[record], 'wrong-encoding']);
  });

  it('endless-line has a good header and then one line of the announced size, without an end', async () => {
    const [header, line, ...more] = (await faulty('endless-line')).split('\n');

    expect(header).toBe((await goodText('looker/loans.csv')).split('\n', 1)[0]);
    expect(line).toHaveLength(10_000_000);
    expect(more).toEqual([]);
    expect(await expectedOf('endless-line')).toMatchObject({
      outcome: 'rejected',
      problem: 'record-too-long',
    });
  });

  it.each([
    ['proto-column', '__proto__', 'accepted', 'unexpected-column'],
    ['undeclared-personal-data', 'contacto', 'rejected', 'undeclared-personal-data'],
  ])('%s adds the column %s and changes no other cell', async (name, column, outcome, problem) => {
    const [bad, good] = [(await faulty(name)).split('\n'), (await goodText('looker/loans.csv')).split('\n')];

    expect(bad[0]).toBe(`${good[0]},${column}`);
    expect(bad.map((line) => line.replace(/,[^,]*$/, '')).slice(1, -1)).toEqual(good.slice(1, -1));
    expect(await expectedOf(name)).toMatchObject({ outcome, problem, column });
  });

  it('undeclared-personal-data has an address in every row', async () => {
    const rows = records(await faulty('undeclared-personal-data'));

    for (const row of rows) expect(row['contacto']).toMatch(/^[\w.]+@ejemplo\.invalid$/);
  });

  it('formula-cells begin as a spreadsheet runs them, huge-cell is longer than any word', async () => {
    const { record = 0 } = await expectedOf('formula-cells');
    const huge = await expectedOf('huge-cell');

    expect(records(await faulty('formula-cells'))[record - 1]?.['loan_grade']).toMatch(/^[=@+]/);
    expect(records(await faulty('huge-cell'))[(huge.record ?? 0) - 1]?.['loan_grade']).toHaveLength(100_000);
    expect(huge).toMatchObject({ outcome: 'quarantined', problem: 'out-of-range' });
  });

  it('all-rows-bad has no row that counts', async () => {
    expect(await expectedOf('all-rows-bad')).toMatchObject({
      outcome: 'rejected',
      problem: 'too-many-bad-rows',
      rows: 400,
      badRows: 400,
    });
  });

  it('bom, crlf and mixed-line-ends change only what no reader should see', async () => {
    const text = await goodText('looker/loans.csv');

    expect(await faulty('bom')).toBe(`\uFEFF${text}`);
    expect(await faulty('crlf')).toBe(text.replaceAll('\n', '\r\n'));
    expect((await faulty('mixed-line-ends')).replaceAll('\r\n', '\n')).toBe(text);
    expect(await faulty('mixed-line-ends')).toContain('\r\n');
    for (const name of ['bom', 'crlf', 'mixed-line-ends'])
      expect(await expectedOf(name)).toMatchObject({ outcome: 'accepted', badRows: 0 });
  });

  it('future-as-of dates the newest snapshot far ahead, and stays consistent within itself', async () => {
    const rows = records(await faulty('future-as-of'));
    const late = rows.filter((row) => row['reporting_date'] === '2099-12-31' && row['dpd'] !== '0');

    expect(late.length).toBeGreaterThan(0);
    for (const row of late)
      expect(Date.parse(row['dpd_date'] ?? '') + Number(row['dpd']) * 86_400_000).toBe(
        Date.parse('2099-12-10'),
      );
  });

  it('identical-duplicate repeats rows letter for letter, conflicting-duplicate with another balance', async () => {
    const same = await expectedOf('identical-duplicate');
    const lines = (await faulty('identical-duplicate')).trimEnd().split('\n');
    const conflicting = records(await faulty('conflicting-duplicate'));
    const keys = conflicting.map((row) => `${row['loan_id_raw']}/${row['reporting_date']}`);

    expect(lines.length - new Set(lines).size).toBe(same.duplicateRows);
    expect([...new Set(lines)].join('\n')).toBe((await goodText('looker/loan_par_balances.csv')).trimEnd());
    expect((await expectedOf('conflicting-duplicate')).badRows).toBe(2 * (keys.length - new Set(keys).size));
    expect(new Set(conflicting.map((row) => JSON.stringify(row))).size).toBe(conflicting.length);
  });

  it('currency-signs, accounting-negatives and float-residue write the same amounts in another way', async () => {
    const amount = (cell = ''): bigint => {
      const isNegative = cell.startsWith('(');
      return cents(cell.replaceAll(/[$,()]/g, '')) * (isNegative ? -1n : 1n);
    };
    for (const name of ['currency-signs', 'accounting-negatives', 'float-residue']) {
      const { column = '', file } = await expectedOf(name);
      const sum = records(await faulty(name)).reduce((all, row) => all + amount(row[column]), 0n);
      expect(sum).toBe(total(records(await goodText(file)), column));
    }
    expect(await faulty('currency-signs')).toMatch(/\$\d/);
    expect(await faulty('accounting-negatives')).toMatch(/\(\d+\.\d\d\)/);
  });

  it('tape-buckets breaks the sum, tape-90-plus only the nesting of 120 in 90', async () => {
    const broken = records(await faulty('tape-buckets')).at(-1);
    const nested = records(await faulty('tape-90-plus')).at(-1);

    expect(bucketSum(broken)).not.toBe(cents(broken?.['total_receivable_usd']));
    expect(bucketSum(nested)).toBe(cents(nested?.['total_receivable_usd']));
    expect(cents(nested?.['dpd_90_plus_usd'])).toBe(0n);
    expect(cents(nested?.['dpd_120_plus_usd'])).toBeGreaterThan(0n);
  });
});

describe('asking for faults', () => {
  it('takes names once each, and all of them for "all"', () => {
    expect(faultsNamed(['crlf', 'bom', 'crlf']).map((fault) => fault.name)).toEqual(['crlf', 'bom']);
    expect(faultsNamed(['all'])).toBe(FAULTS);
  });

  it('refuses a name that is none', () => {
    expect(() => faultsNamed(['boom'])).toThrow('no fault is called "boom"');
  });

  it('says so when a book is too small to bear a fault', async () => {
    await inTemporaryFolder(async (small) => {
      await generateBook({ dir: small, loans: 10 });
      await expect(writeFaults(small, faultsNamed(['writeoff-with-balance']), 1)).rejects.toThrow(
        '200 loans',
      );
    });
  });
});

function bucketSum(row: Cells | undefined): bigint {
  return ['dpd_0_7', 'dpd_7_30', 'dpd_30_60', 'dpd_60_90', 'dpd_90_plus'].reduce(
    (sum, bucket) => sum + cents(row?.[`${bucket}_usd`]),
    0n,
  );
}

function sameCells(a: Cells, b: Cells | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function expectedOf(name: string): Promise<ExpectedFault> {
  return ExpectedFault.parse(JSON.parse(await readFile(join(dir, 'faults', name, 'expected.json'), 'utf8')));
}

async function faulty(name: string): Promise<string> {
  return readFile(join(dir, 'faults', name, (await expectedOf(name)).file), 'utf8');
}

function goodText(file: string): Promise<string> {
  return readFile(join(dir, file), 'utf8');
}

function records(text: string): Cells[] {
  return parse<Cells>(text, { columns: true });
}
