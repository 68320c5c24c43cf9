import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import type { Column, Contract, Expectation } from '../../../shared/contracts/contract.ts';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import {
  LOANS_BALANCE,
  NET_DISBURSED,
  NEWEST_PAR_BALANCE,
} from '../../../shared/contracts/outstanding-sums.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { transactionsV1 } from '../../../shared/contracts/transactions.v1.ts';
import type { SqlSession } from '../../../shared/ports/sql-engine.ts';

// The SQL of the contracts, over relations as staging makes them.

let scratchDir: string;
let sql: SqlSession;

const sqlType = ({ type, scale }: Column): string =>
  type === 'decimal'
    ? `DECIMAL(18, ${scale ?? 0})`
    : { text: 'VARCHAR', boolean: 'BOOLEAN', date: 'DATE', integer: 'INTEGER' }[type];

beforeAll(async () => {
  scratchDir = await mkdtemp(join(tmpdir(), 'expectations-'));
  sql = await duckDbSqlEngine.open(scratchDir);
  // Of several versions of a contract one has them all: it is the columns that the SQL is tried over.
  for (const { relation, columns } of new Map(CONTRACTS.map((each) => [each.relation, each])).values()) {
    const definitions = columns.map((column) => `"${column.name}" ${sqlType(column)}`);
    await sql.run(`CREATE TABLE ${relation} (${definitions.join(', ')})`);
  }
});

afterAll(async () => {
  await sql[Symbol.asyncDispose]();
  await rm(scratchDir, { recursive: true, force: true });
});

const one = async (expression: string, relation: string) =>
  (await sql.rows(`SELECT ${expression} AS answer FROM ${relation}`))[0]?.['answer'];

const expectationsOf = (kind: Expectation['kind']) =>
  CONTRACTS.flatMap((contract) =>
    (contract.expectations ?? []).flatMap((expectation) =>
      expectation.kind === kind ? [[contract.name, expectation.id, contract, expectation] as const] : [],
    ),
  );

/** A table of its own with these rows, for one expectation. */
async function countWhere(contract: Contract, id: string, rows: readonly string[]): Promise<unknown> {
  const expectation = contract.expectations?.find((candidate) => candidate.id === id);
  if (expectation?.kind !== 'share') throw new Error(`${contract.name} expects no share ${id}`);
  const sample = `(${rows.map((row) => `SELECT ${row}`).join(' UNION ALL ')})`;
  return one(`count(*) FILTER (WHERE ${expectation.where})::INTEGER`, sample);
}

describe('the SQL of every expectation', () => {
  it.each(expectationsOf('share'))('counts rows of %s: %s', async (_, id, contract, expectation) => {
    expect(id).not.toBe('');
    const where = expectation.kind === 'share' ? expectation.where : '';

    expect(await one(`count(*) FILTER (WHERE ${where})::INTEGER`, contract.relation)).toBe(0);
  });

  it.each(expectationsOf('reconciles'))(
    'sums rows of %s and of its counterpart: %s',
    async (_, id, contract, expectation) => {
      expect(id).not.toBe('');
      if (expectation.kind !== 'reconciles') return;

      expect(Number(await one(expectation.here, contract.relation))).toBe(0);
      expect(Number(await one(expectation.with.sum, expectation.with.relation))).toBe(0);
    },
  );
});

describe('the three sums of what is outstanding', () => {
  it('are the same for one book, with only the newest snapshot of the PAR file', async () => {
    await sql.run(`
      INSERT INTO looker_loans (outstanding_balance) VALUES (500.00), (250.10);
      INSERT INTO looker_loan_par_balances (reporting_date, outstanding_balance_usd, writeoff_outstanding_balance_usd)
      VALUES (DATE '2025-11-30', 900.00, 0), (DATE '2025-12-31', 500.00, 0), (DATE '2025-12-31', 0, 250.10);
      INSERT INTO looker_transactions (transaction_type, principal)
      VALUES ('DISBURSEMENT', 1000.00), ('DISBURSEMENT', 250.10), ('PAYMENT', 500.00)`);

    expect(await one(LOANS_BALANCE, 'looker_loans')).toBe('750.10');
    expect(await one(NEWEST_PAR_BALANCE, 'looker_loan_par_balances')).toBe('750.10');
    expect(await one(NET_DISBURSED, 'looker_transactions')).toBe('750.10');
  });
});

describe('shares', () => {
  it('find rebates that bring cash, and no other row', async () => {
    const row = (interest: number, principal: number, tax: number) =>
      `${interest} AS interest, ${principal} AS principal, 0 AS other, 0 AS fees, ${tax} AS to_tax`;

    const rows = [row(-100, 113, -13), row(12, 500, 1.5), row(-100, 113.02, -13), row(-100, 120, -13)];
    expect(await countWhere(transactionsV1, 'rebates-are-no-cash', rows)).toBe(1);
  });

  it('find write-offs that came early or never', async () => {
    const rows = ['180 AS dpd, false AS is_writeoff', '181, true', '181, false', '30, true'];

    expect(await countWhere(loanParBalancesV1, 'written-off-after-180-days', rows)).toBe(2);
  });

  it.each(
    CONTRACTS.filter(({ expectations }) => expectations?.some(({ id }) => id === 'customer-id-shape')).map(
      (contract) => [contract.name, contract] as const,
    ),
  )('find customer ids of an unknown shape in %s', async (_, contract) => {
    const known = ['CLI0007', 'CLIAB100019', 'CLIAB10023', 'PAGAB100019'];
    const unknown = ['CUST001', 'CLI7', 'CLI0007 ', 'xCLI0007', 'CLI1234567', '12345'];
    const rows = [...known, ...unknown].map((id) => `'${id}' AS customer_id`);

    expect(await countWhere(contract, 'customer-id-shape', rows)).toBe(unknown.length);
  });
});
