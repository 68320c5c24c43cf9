import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// What a contract lets in, since no file shows it alone, and the checks of data quality find.

/** What still passes a check is as far as it goes: USD 50, USD 1. */
export async function withFaults(dir: string, { arePassed }: { arePassed: boolean }): Promise<void> {
  const loans = await linesOf(dir, 'loans');
  const open = loans.lines.findIndex((line) => cellOf(loans, line, 'loan_status') === 'Current');
  const owed = Number(cellOf(loans, loans.lines[open] ?? '', 'outstanding_balance'));
  await change(loans, open, 'outstanding_balance', (owed - (arePassed ? 50 : 120.5)).toFixed(2));

  const schedules = await linesOf(dir, 'schedules');
  const principal = Number(cellOf(schedules, schedules.lines[7] ?? '', 'principal'));
  await change(schedules, 7, 'principal', (principal + (arePassed ? 1 : 7.25)).toFixed(2));
  if (arePassed) return;

  await write({ ...schedules, lines: schedules.lines.toSpliced(3, 1) });

  const transactions = await linesOf(dir, 'transactions');
  const paid = transactions.lines.findIndex((line) => line.startsWith('ABF - DSB9006-002,PAYMENT,'));
  await change(transactions, paid, 'date_paid', '2025-08-20');

  const real = await linesOf(dir, 'historic_real_payments');
  await write({
    ...real,
    lines: real.lines.with(40, (real.lines[40] ?? '').replace(/,CLI\w+,/, ',CLIAB900001,')),
  });
}

type Lines = { readonly file: string; readonly columns: readonly string[]; readonly lines: string[] };

async function linesOf(dir: string, name: string): Promise<Lines> {
  const file = join(dir, 'looker', `${name}.csv`);
  const [header = '', ...lines] = (await readFile(file, 'utf8')).trimEnd().split(/\r?\n/);
  return { file, columns: header.split(','), lines };
}

function cellOf({ columns }: Lines, line: string, column: string): string {
  return line.split(',')[columns.indexOf(column)] ?? '';
}

async function change(of: Lines, row: number, column: string, value: string): Promise<void> {
  of.lines[row] = (of.lines[row] ?? '').split(',').with(of.columns.indexOf(column), value).join(',');
  await write(of);
}

async function write({ file, columns, lines }: Lines): Promise<void> {
  await writeFile(file, [columns.join(','), ...lines, ''].join('\n'));
}
