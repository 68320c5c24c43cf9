import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExpectedSums } from '../../../local/generate/expected-sums.ts';
import { generateBook } from '../../../local/generate/generate-book.ts';
import { judged } from './judged.ts';
import {
  type Cells,
  cents,
  groupBy,
  headerOf,
  heldFolder,
  inTemporaryFolder,
  money,
  readRecords,
  total,
} from './written-book.ts';

/** Every table of a book, and the contract that it is to be judged by. */
const TABLES = {
  'looker/loans.csv': 'loans@1',
  'looker/loan_par_balances.csv': 'loan_par_balances@1',
  'looker/schedules.csv': 'schedules@1',
  'looker/transactions.csv': 'transactions@1',
  'looker/customers.csv': 'customers@1',
  'looker/historic_real_payments.csv': 'historic_real_payments@1',
  'looker/loan_data.csv': 'loan_data@1',
  'looker/customer_data.csv': 'customer_data@1',
  'looker/collateral.csv': 'collateral@1',
  'cascade/loan_tape.csv': 'loan_tape@1',
  'cascade/loan_tape_par.csv': 'loan_tape_par@1',
  'cascade/loan_tape_loans.csv': 'loan_tape_loans@1',
  'manual/financial_statements.csv': 'financial_statements@1',
  'manual/financial_statements_long.csv': 'financial_statements_long@1',
  'manual/targets.csv': 'targets@1',
  'manual/marketing_spend.csv': 'marketing_spend@1',
  'manual/headcount.csv': 'headcount@1',
  'manual/payor_map.csv': 'payor_map@1',
  'manual/risk_parameters.csv': 'risk_parameters@1',
} as const;

const DOCUMENTS = [
  'cascade/analytics.json',
  'meta/insights.json',
  'hubspot/contacts.json',
  'hubspot/companies.json',
  'hubspot/deals.json',
  'hubspot/lists.json',
];

const folder = heldFolder();
let expected: ExpectedSums;
beforeAll(async () => {
  expected = await generateBook({ dir: await folder.open(), loans: 900, seed: 2 });
});
afterAll(folder.close);

const rowsOf = (path: string): Promise<Cells[]> => readRecords(folder.dir(), path);

describe('a whole book', () => {
  it('has every dataset, and expected.json names each file', () => {
    const named = Object.keys(expected.files).toSorted();

    expect(named).toEqual([...Object.keys(TABLES), ...DOCUMENTS, 'cascade/loan_tape.xlsx'].toSorted());
  });

  it.each(Object.entries(TABLES))(
    '%s is accepted by %s, without a row or a column to spare',
    async (path, name) => {
      const header = await headerOf(folder.dir(), path);

      const verdict = judged(shapeFree(path), header, await rowsOf(path));

      expect(verdict).toMatchObject({ contract: name, unexpected: [], rejected: [] });
    },
  );

  it.each(Object.keys(TABLES))('%s has the rows and the sums that are announced', async (path) => {
    const rows = await rowsOf(path);
    const file = expected.files[path];

    expect(file?.rows).toBe(String(rows.length));
    // Where rows are to be left out, the test of that fact counts them.
    for (const [column, sum] of Object.entries(file?.sums ?? {}))
      if (path !== 'manual/payor_map.csv')
        expect([column, money(total(rows, column))]).toEqual([column, sum]);
  });

  it('is the same bytes for the same options, documents as well', async () => {
    const again = await inTemporaryFolder(async (dir) => {
      await generateBook({ dir, loans: 900, seed: 2 });
      return Promise.all(
        [...Object.keys(TABLES), ...DOCUMENTS].map((path) => readFile(join(dir, path), 'utf8')),
      );
    });

    const first = [...Object.keys(TABLES), ...DOCUMENTS].map((path) =>
      readFile(join(folder.dir(), path), 'utf8'),
    );

    expect(again).toEqual(await Promise.all(first));
  });
});

describe('the loan data', () => {
  it('spreads a loan over its disbursements, so that the amounts are those of the loans file', async () => {
    const data = await rowsOf('looker/loan_data.csv');
    const loans = await rowsOf('looker/loans.csv');

    expect(total(data, 'Disbursement Amount')).toBe(total(loans, 'disburse_principal'));
    expect(total(data, 'Outstanding Loan Value')).toBe(total(loans, 'outstanding_balance'));
    expect(total(data, 'Origination Fee')).toBe(total(loans, 'total_fees'));
    expect(data.length).toBeGreaterThan(loans.length);
    for (const row of data) expect(row['Loan ID']).toMatch(/^(DSB|PC)\d{4}-\d{3}$/);
  });
});

describe('the customer data', () => {
  it('has several rows for some customers, and segments that mostly have risk parameters', async () => {
    const rows = await rowsOf('looker/customer_data.csv');
    const customers = new Set((await rowsOf('looker/customers.csv')).map((row) => row['customer_id']));
    const bands = new Set(
      (await rowsOf('manual/risk_parameters.csv')).map(
        (row) => `${row['segment']}/${row['subcategoria_linea']}`,
      ),
    );
    const byCustomer = groupBy(rows, 'Customer ID');

    expect([...byCustomer.values()].some((own) => own.length > 1)).toBe(true);
    for (const id of byCustomer.keys()) expect(customers).toContain(id);
    const inBands = rows.filter((row) => bands.has(`${row['segment']}/${row['subcategoria_linea']}`));
    expect(inBands.length / rows.length).toBeGreaterThan(0.6);
  });
});

describe('the tape by loan', () => {
  it('has every loan that owes something, with what came in during the last 30 days', async () => {
    const tape = await rowsOf('cascade/loan_tape_loans.csv');
    const owing = (await rowsOf('looker/loans.csv')).filter(
      (loan) => cents(loan['outstanding_balance']) > 0n,
    );
    const recent = (await rowsOf('looker/transactions.csv')).filter(
      (row) => row['transaction_type'] === 'PAYMENT' && (row['date_paid'] ?? '') > '2025-11-10',
    );
    const received = new Map<string | undefined, bigint>();
    for (const row of recent)
      for (const part of ['principal', 'interest', 'fees', 'to_tax'])
        received.set(row['loan_id'], (received.get(row['loan_id']) ?? 0n) + cents(row[part]));

    expect(tape.map((row) => row['loan_id'] ?? '').toSorted()).toEqual(
      owing.map((loan) => loan['loan_id'] ?? '').toSorted(),
    );
    expect(total(tape, 'outstanding_balance')).toBe(total(owing, 'outstanding_balance'));
    for (const row of tape) expect(cents(row['total_received_30d'])).toBe(received.get(row['loan_id']) ?? 0n);
  });
});

describe('the financial statements', () => {
  it('balance, have the cash of the tape, and say the same wide and long', async () => {
    const wide = await rowsOf('manual/financial_statements.csv');
    const long = await rowsOf('manual/financial_statements_long.csv');
    const tape = await rowsOf('cascade/loan_tape.csv');

    for (const [index, row] of wide.entries()) {
      expect(cents(row['total_activos']) - cents(row['total_pasivos'])).toBe(cents(row['patrimonio']));
      expect(cents(row['efectivo'])).toBe(cents(tape[index]?.['cash_available_usd']));
      for (const account of Object.keys(row).slice(1)) {
        const same = long.find(
          (other) => other['fecha_corte'] === row['fecha_corte'] && other['cuenta'] === account,
        );
        expect(same?.['monto']).toBe(row[account]);
      }
    }
    expect(long).toHaveLength(wide.length * 7);
  });
});

describe('the payer map', () => {
  it('names customers that are nobody here, and says so', async () => {
    const customers = new Set((await rowsOf('looker/customers.csv')).map((row) => row['customer_id']));
    const rows = await rowsOf('manual/payor_map.csv');

    const orphans = rows.filter((row) => !customers.has(row['customer_id'] ?? ''));

    expect(expected.files['manual/payor_map.csv']?.orphans).toEqual({
      rows: String(orphans.length),
      sums: {},
    });
    expect(orphans).toHaveLength(3);
  });
});

describe('the counted facts', () => {
  it('are the payments of loans that no other file has', async () => {
    const known = new Set((await rowsOf('looker/loans.csv')).map((row) => row['loan_id']));
    const feed = await rowsOf('looker/historic_real_payments.csv');
    const prefix = (company = ''): string => (/ F\S*$/.test(company) ? 'ABF' : 'ABT');

    const orphans = feed.filter((row) => !known.has(`${prefix(row['Company'])} - ${row['Loan ID']}`));

    const announced = expected.files['looker/historic_real_payments.csv']?.orphans;
    expect(announced?.rows).toBe(String(orphans.length));
    expect(orphans.length).toBeGreaterThan(0);
    expect(orphans.length / feed.length).toBeLessThan(0.005);
    for (const [column, sum] of Object.entries(announced?.sums ?? {}))
      expect(money(total(orphans, column))).toBe(sum);
    for (const row of orphans) expect((row['True Payment Date'] ?? '') > '2025-12-18').toBe(true);
  });

  it.each([
    ['looker/transactions.csv', 'interest'],
    ['looker/historic_real_payments.csv', 'True Interest Payment'],
  ])('are the rebate credits of %s, whose interest is below zero', async (path, interest) => {
    const rebates = (await rowsOf(path)).filter((row) => row[interest]?.startsWith('-'));
    const announced = expected.files[path]?.rebates;

    expect(announced?.rows).toBe(String(rebates.length));
    expect(rebates.length).toBeGreaterThan(5);
    for (const [column, sum] of Object.entries(announced?.sums ?? {}))
      expect(money(total(rebates, column))).toBe(sum);
  });

  it('are no orphans in a book so small that one would be too many', async () => {
    await inTemporaryFolder(async (dir) => {
      const small = await generateBook({ dir, loans: 120 });

      expect(small.files['looker/historic_real_payments.csv']?.orphans?.rows).toBe('0');
    });
  });
});

describe('planted duplicates', () => {
  it('are rows that come twice and rows that contradict each other, left out of the sums', async () => {
    await inTemporaryFolder(async (dir) => {
      const path = 'looker/transactions.csv';
      const sums = await generateBook({ dir, loans: 500, plantDuplicates: true });
      const rows = await readRecords(dir, path);
      const groups = [
        ...Map.groupBy(
          rows,
          (row) => `${row['loan_id']}/${row['transaction_type']}/${row['date_paid']}`,
        ).values(),
      ];
      const isSame = (group: Cells[]): boolean => new Set(group.map((row) => JSON.stringify(row))).size === 1;
      const identical = groups.filter((group) => group.length === 2 && isSame(group));
      const conflicting = groups.filter((group) => group.length === 2 && !isSame(group));
      const counted = groups.filter((group) => !conflicting.includes(group)).map(([first]) => first ?? {});

      const file = sums.files[path];

      expect(file?.rows).toBe(String(rows.length));
      expect(file?.duplicates).toEqual({
        identical: String(identical.length),
        conflicting: String(2 * conflicting.length),
      });
      expect([identical.length, conflicting.length]).toEqual([3, 2]);
      for (const [column, sum] of Object.entries(file?.sums ?? {}))
        expect(money(total(counted, column))).toBe(sum);
    });
  });

  it('are not there unless they are asked for', () => {
    expect(expected.files['looker/transactions.csv']?.duplicates).toEqual({
      identical: '0',
      conflicting: '0',
    });
  });
});

/** The shapes of one dataset lie beside each other; the folder that they are dropped into is the dataset's. */
function shapeFree(path: string): string {
  return path.replace(/_(par|loans|long)\.csv$/, '.csv');
}
