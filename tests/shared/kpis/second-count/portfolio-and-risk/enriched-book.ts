import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addDays, LocalDate } from '../../../../../shared/domain/local-date.ts';
import { type CsvRow, csvRows } from './loan-book-rows.ts';

// What a generated book has seldom or not at all, put into its files: collateral, payers of real customers, loans in two
// instalments, loans that may not be borrowed against, payments that leave two cents, loan data of the day, a PAR file
// that is wrong in places.

/** The day of the book. */
export const AS_OF = '2025-12-10';

export async function enrichBook(sources: string): Promise<void> {
  const file = (path: string) => join(sources, path);
  const live = liveLoans(await csvRows(file('looker/loan_par_balances.csv')));
  await append(file('looker/collateral.csv'), collateralOf(live));
  const loans = await csvRows(file('looker/loans.csv'));
  await append(file('manual/payor_map.csv'), payersOf(loans));
  await rewrite(file('looker/loans.csv'), (rows) =>
    rows.map((row) => (isLeased(row['loan_id'] ?? '') ? { ...row, product_type: 'leasing' } : row)),
  );
  const longLoans = new Set(loans.filter((row) => Number(row['term']) > 20).map((row) => row['loan_id']));
  await rewrite(file('looker/schedules.csv'), (rows) =>
    rows.flatMap((row, index) => (index % 7 === 0 && longLoans.has(row['loan_id']) ? inTwo(row) : [row])),
  );
  await rewrite(file('looker/transactions.csv'), (rows) =>
    rows.map((row, index) =>
      index % 37 === 5 && row['transaction_type'] === 'PAYMENT' ? twoCentsLess(row) : row,
    ),
  );
  // It does not say of which day it is.
  await rename(file('looker/loan_data.csv'), file(`looker/loan_data_${AS_OF}.csv`));
  await rewrite(file('looker/loan_par_balances.csv'), (rows) =>
    rows.filter((_, index) => index % 97 !== 50).map((row, index) => (index % 61 === 30 ? raised(row) : row)),
  );
}

/** As `enrichBook`, and nothing is known of payments after the day. */
export async function enrichOlderBook(sources: string, day: string): Promise<void> {
  await enrichBook(sources);
  const cut = (name: string, column: string) =>
    rewrite(join(sources, 'looker', `${name}.csv`), (rows) =>
      rows.filter((row) => (row[column] ?? '') <= day),
    );
  await cut('transactions', 'date_paid');
  await cut('historic_real_payments', 'True Payment Date');
}

/** All draws of a line are of one product. */
function isLeased(loan: string): boolean {
  return /[05]-\d+$/.test(loan);
}

function liveLoans(par: readonly CsvRow[]): readonly string[] {
  const newest = par.at(-1)?.['reporting_date'];
  return par
    .filter((row) => row['reporting_date'] === newest && Number(row['outstanding_balance_usd']) > 0)
    .map((row) => row['loan_id_raw'] ?? '');
}

/** Two pieces for some loans, one for others; some appraised before all of the book, some in the middle or after it. */
function collateralOf(loans: readonly string[]): readonly CsvRow[] {
  const days = ['2024-01-15', '2025-11-20', '2025-12-10', '2025-12-24'];
  return loans.slice(0, 12).flatMap((loan, index) =>
    Array.from({ length: 1 + (index % 2) }, (_, piece) => ({
      loan_id: loan,
      collateral_id: `COL-${index}-${piece}`,
      asset_type: 'invoice',
      purchase_value: '',
      appraisal_value: String(1234.5 + 987.65 * index),
      purchase_date: '',
      appraisal_date: days[(index + piece) % days.length] ?? '',
      currency: 'USD',
    })),
  );
}

/** Some have had two payers, one has a payer only after the day of the book. */
function payersOf(loans: readonly CsvRow[]): readonly CsvRow[] {
  const customers = [...new Set(loans.map((row) => row['customer_id'] ?? ''))].toSorted();
  const row = (customer_id = '', payor_id = '', effective_date = '') => ({
    customer_id,
    payor_id,
    payor_name: `Pagaduría Ficticia ${payor_id}`,
    effective_date,
  });
  return [
    row(customers[0], 'PAY101', '2024-01-01'),
    row(customers[1], 'PAY101', '2024-08-15'),
    row(customers[2], 'PAY102', '2024-08-15'),
    row(customers[2], 'PAY101', '2025-06-30'),
    row(customers[3], 'PAY103', '2025-12-11'),
    row(customers[4], 'PAY104', AS_OF),
  ];
}

const MONEY = ['principal', 'interest', 'fees', 'to_tax'];

/** Forty percent falls due half-way. */
function inTwo(row: CsvRow): readonly CsvRow[] {
  const due = LocalDate.parse(row['date_due']);
  const first: Record<string, string> = { date_due: addDays(due, -15) };
  const second: Record<string, string> = {};
  for (const column of MONEY) {
    const cents = Math.round(Number(row[column]) * 100);
    const part = Math.floor(cents * 0.4);
    first[column] = (part / 100).toFixed(2);
    second[column] = ((cents - part) / 100).toFixed(2);
  }
  return [
    { ...row, ...first },
    { ...row, ...second },
  ];
}

/** Rounding between two systems. */
function twoCentsLess(row: CsvRow): CsvRow {
  return { ...row, principal: (Number(row['principal']) - 0.02).toFixed(2) };
}

/** A balance that is ten dollars higher than events say. */
function raised(row: CsvRow): CsvRow {
  if (row['is_writeoff'] === 'true' || Number(row['outstanding_balance']) === 0) return row;
  const columns = Object.keys(row).filter((name) => /^(outstanding|PAR_)/.test(name));
  const higher = columns
    .filter((name) => Number(row[name]) > 0)
    .map((name) => [name, (Number(row[name]) + 10).toFixed(2)]);
  return { ...row, ...Object.fromEntries(higher) };
}

async function rewrite(file: string, change: (rows: readonly CsvRow[]) => readonly CsvRow[]): Promise<void> {
  const rows = change(await csvRows(file));
  const header = Object.keys(rows[0] ?? {});
  await writeFile(file, [header.join(), ...rows.map(lineOf)].join('\n').concat('\n'));
}

async function append(file: string, rows: readonly CsvRow[]): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.trimEnd().concat('\n', rows.map(lineOf).join('\n'), '\n'));
}

function lineOf(row: CsvRow): string {
  return Object.values(row)
    .map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join();
}
