import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ExpectedSums } from '../../../local/generate/expected-sums.ts';
import { type GenerateBookOptions, generateBook } from '../../../local/generate/generate-book.ts';
import {
  BOOK_PATHS,
  type Cells,
  cents,
  groupBy,
  inTemporaryFolder,
  money,
  total,
  writtenBook,
} from './written-book.ts';

describe('a generated book', () => {
  it('is the same bytes for the same options, and others for another seed', async () => {
    const first = await digests({ loans: 120, seed: 4 });
    const again = await digests({ loans: 120, seed: 4 });
    const other = await digests({ loans: 120, seed: 5 });

    expect(again).toEqual(first);
    expect(Object.keys(first)).toContain('cascade/loan_tape.xlsx');
    for (const path of BOOK_PATHS.filter((name) => name !== 'looker/customers.csv'))
      expect(other[path]).not.toBe(first[path]);
  });

  it('does not depend on how many rows are written at a time', async () => {
    const whole = await digests({ loans: 120, seed: 4 });
    const crumbs = await digests({ loans: 120, seed: 4, chunkSize: 1 });

    expect(crumbs).toEqual(whole);
  });

  it('ends lines with LF, only the real payments with CRLF, without a byte order mark', async () => {
    await inTemporaryFolder(async (dir) => {
      await generateBook({ dir, loans: 60 });
      for (const path of BOOK_PATHS) {
        const text = await readFile(join(dir, path), 'utf8');
        const isCrlf = path === 'looker/historic_real_payments.csv';
        expect(text.endsWith(isCrlf ? '\r\n' : '\n')).toBe(true);
        expect(/(^|[^\r])\n/.test(text)).toBe(!isCrlf);
        expect(text.startsWith('\uFEFF')).toBe(false);
      }
    });
  });

  it('takes another cut-off, and labels the newest snapshot with the end of its month', async () => {
    const { expected, rows } = await writtenBook({ loans: 300, asOf: '2024-02-14', months: 14 });

    expect(expected.parDates).toHaveLength(14);
    expect(expected.parDates[0]?.reportingDate).toBe('2023-01-31');
    expect(expected.parDates.at(-1)).toMatchObject({ reportingDate: '2024-02-29', asOf: '2024-02-14' });
    expect(rows('looker/loans.csv').every((loan) => (loan['disburse_date'] ?? '') < '2024-02-14')).toBe(true);
  });

  it.each([
    ['2025-12-01', '2025-12-31'],
    ['2025-11-30', '2025-11-30'],
  ])('takes a cut-off on the edge of a month: %s', async (asOf, reportingDate) => {
    const { expected } = await writtenBook({ loans: 250, asOf });

    expect(expected.parDates.at(-1)).toMatchObject({ reportingDate, asOf });
    expect(expected.newest?.disbursements.month).toBe(asOf.slice(0, 7));
  });

  it('carries float noise in about one balance of two hundred, which rounding to cents removes', async () => {
    const { rows } = await writtenBook({ loans: 4_000, seed: 2 });
    const noisy = rows('looker/loans.csv').filter((loan) => (loan['outstanding_balance'] ?? '').length > 12);

    expect(noisy.length).toBeGreaterThan(8);
    expect(noisy.length).toBeLessThan(40);
    for (const loan of noisy) {
      const cell = Number(loan['outstanding_balance']);
      expect(Math.abs(cell - Number(cents(loan['outstanding_balance'])) / 100)).toBeLessThan(1e-8);
    }
  });

  it.each([
    [{ loans: 9 }, 'a book has at least 10 loans'],
    [{ asOf: '2025-02-30' }, 'not a day of the calendar'],
  ])('refuses %o', async (options, message) => {
    await inTemporaryFolder(async (dir) => {
      await expect(generateBook({ dir, ...options })).rejects.toThrow(message);
    });
  });
});

describe.each([1, 6])('the expected sums of a book drawn from seed %i', (seed) => {
  it('equal the sums of the files read back', async () => {
    const { expected, rows } = await writtenBook({ loans: 700, seed });

    for (const path of BOOK_PATHS) {
      const file = expected.files[path];
      expect(file?.rows).toBe(String(rows(path).length));
      const sums = Object.keys(file?.sums ?? {});
      expect(sums.length).toBeGreaterThan(0);
      for (const column of sums) expect(money(total(rows(path), column))).toBe(file?.sums[column]);
    }
  });

  it('state every reporting date', async () => {
    const { expected, rows } = await writtenBook({ loans: 700, seed });
    const dates = [...groupBy(rows('looker/loan_par_balances.csv'), 'reporting_date')];

    expect(expected.parDates).toEqual(dates.map(([date, par]) => expectedDate(date, par)));
  });

  it('state the clients, the rates and the new loans of the newest date', async () => {
    const { expected, rows } = await writtenBook({ loans: 700, seed });
    const loans = new Map(rows('looker/loans.csv').map((loan) => [loan['loan_id'], loan]));
    const newest = rows('looker/loan_par_balances.csv').filter(
      (row) => row['reporting_date'] === '2025-12-31',
    );
    const clients = new Map<string, bigint>();
    let numerator = 0n;
    for (const row of newest) {
      const loan = loans.get(row['loan_id_raw']);
      const balance = cents(row['outstanding_balance_usd']);
      const client = loan?.['customer_id'] ?? '';
      if (balance > 0n) clients.set(client, (clients.get(client) ?? 0n) + balance);
      numerator += balance * BigInt(Math.round(Number(loan?.['interest_rate']) * 1_000));
    }
    const largest = [...clients.values()].toSorted((a, b) => Number(b - a));
    const lent = [...loans.values()].filter((loan) => loan['disburse_date']?.startsWith('2025-12'));

    expect(expected.newest).toEqual({
      reportingDate: '2025-12-31',
      asOf: '2025-12-10',
      activeClients: String(clients.size),
      top10Clients: money(largest.slice(0, 10).reduce((sum, balance) => sum + balance, 0n)),
      squaredClientOutstanding: decimal(
        largest.reduce((sum, balance) => sum + balance ** 2n, 0n),
        4,
      ),
      weightedAprNumerator: decimal(numerator, 5),
      disbursements: {
        month: '2025-12',
        loans: String(lent.length),
        volume: money(total(lent, 'disburse_principal')),
      },
    });
    expect(expected.loans).toEqual({
      loans: '700',
      volume: money(total([...loans.values()], 'disburse_principal')),
      customers: String(new Set([...loans.values()].map((loan) => loan['customer_id'])).size),
    });
  });

  it('follow the tape, whose buckets add up and nest', async () => {
    const { expected, rows } = await writtenBook({ loans: 700, seed });
    const tape = rows('cascade/loan_tape.csv');

    for (const row of tape) {
      const buckets = ['dpd_0_7', 'dpd_7_30', 'dpd_30_60', 'dpd_60_90', 'dpd_90_plus'];
      const sum = buckets.reduce((all, bucket) => all + cents(row[`${bucket}_usd`]), 0n);
      expect(sum).toBe(cents(row['total_receivable_usd']));
      expect(cents(row['dpd_120_plus_usd'])).toBeLessThanOrEqual(cents(row['dpd_90_plus_usd']));
      expect(cents(row['total_eligible_usd'])).toBeLessThanOrEqual(cents(row['total_receivable_usd']));
      expect(cents(row['discounted_balance_usd'])).toBeLessThanOrEqual(cents(row['total_eligible_usd']));
      expect(Number(row['par7_pct'])).toBeGreaterThanOrEqual(Number(row['par90_pct']));
    }
    expect(expected.tape).toEqual({
      measurementDate: tape.at(-1)?.['measurement_date'],
      cashAvailable: money(cents(tape.at(-1)?.['cash_available_usd'])),
      totalEligible: money(cents(tape.at(-1)?.['total_eligible_usd'])),
    });
  });

  it('are what expected.json holds, with numbers as text', async () => {
    await inTemporaryFolder(async (dir) => {
      const returned = await generateBook({ dir, loans: 50, seed });
      const text = await readFile(join(dir, 'expected.json'), 'utf8');

      expect(ExpectedSums.parse(JSON.parse(text))).toEqual(returned);
      expect(text).not.toMatch(/: -?\d/);
    });
  });
});

function expectedDate(reportingDate: string, rows: Cells[]) {
  const lost = rows.filter((row) => row['is_writeoff'] === 'true');
  return {
    reportingDate,
    asOf: reportingDate === '2025-12-31' ? '2025-12-10' : reportingDate,
    loans: String(rows.length),
    activeLoans: String(rows.filter((row) => cents(row['outstanding_balance_usd']) > 0n).length),
    outstanding: money(total(rows, 'outstanding_balance_usd')),
    par7: money(total(rows, 'PAR_7_balance_usd')),
    par30: money(total(rows, 'PAR_30_balance_usd')),
    par60: money(total(rows, 'PAR_60_balance_usd')),
    par90: money(total(rows, 'PAR_90_balance_usd')),
    writtenOff: money(total(rows, 'writeoff_outstanding_balance_usd')),
    writtenOffLoans: String(lost.length),
  };
}

function decimal(units: bigint, places: number): string {
  const digits = String(units).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** SHA-256 of every file of a book, by path. */
async function digests(options: Omit<GenerateBookOptions, 'dir'>): Promise<Record<string, string>> {
  return inTemporaryFolder(async (dir) => {
    await generateBook({ ...options, dir });
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const pairs = files.toSorted().map(async (file): Promise<[string, string]> => {
      const digest = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      return [file.slice(dir.length + 1), digest];
    });
    return Object.fromEntries(await Promise.all(pairs));
  });
}
