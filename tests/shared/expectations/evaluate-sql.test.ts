import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import type { Contract, Expectation, Reference } from '../../../shared/contracts/contract.ts';
import { contractLabel } from '../../../shared/contracts/contract.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { SumNotExact } from '../../../shared/expectations/evaluate-reconciles.ts';
import { type BookView, evaluateSql, type SqlEvaluation } from '../../../shared/expectations/evaluate-sql.ts';
import { ExpectationResult } from '../../../shared/expectations/expectation-result.ts';
import { suiteOf } from '../../../shared/expectations/suite.ts';
import type { SqlSession } from '../../../shared/ports/sql-engine.ts';
import { aContract } from '../../support/a-contract.ts';

const LOANS = DatasetId.parse('looker/loans');
const TODAY = LocalDate.parse('2025-12-10');
const LOANS_VIEW: BookView = { relation: 'looker_loans', asOf: TODAY };
const RATES = 'DECIMAL(18, 6)';
const MONEY = 'DECIMAL(18, 2)';

let scratchDir: string;
let sql: SqlSession;

beforeEach(async () => {
  scratchDir = await mkdtemp(join(tmpdir(), 'expectations-'));
  sql = await duckDbSqlEngine.open(scratchDir);
});

afterEach(async () => {
  await sql[Symbol.asyncDispose]();
  await rm(scratchDir, { recursive: true, force: true });
});

/** A view of a Parquet file, as staged files and books are. */
async function view(name: string, select: string): Promise<void> {
  const file = join(scratchDir, `${name}.parquet`);
  await sql.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
  await sql.run(`CREATE OR REPLACE TEMP VIEW ${name} AS SELECT * FROM read_parquet('${file}')`);
}

async function evaluate(
  contract: Contract,
  book: readonly BookView[] = [LOANS_VIEW],
): Promise<SqlEvaluation> {
  return await evaluateSql(suiteOf(contract), { sql, book, relation: contract.relation, asOf: TODAY });
}

function one({ results }: SqlEvaluation, id: string): ExpectationResult {
  return ExpectationResult.parse(results.find((result) => result.id === id));
}

describe('shares', () => {
  const share = (maxShare: string, id = 'rates-in-points'): Expectation => ({
    id,
    severity: 'warn',
    about: 'Few rates are above 3',
    kind: 'share',
    where: 'rate > 3',
    maxShare,
  });

  beforeEach(async () => {
    await view(
      'staged',
      `SELECT i AS record_number, (CASE WHEN i % 5 = 0 THEN 4 WHEN i = 7 THEN NULL ELSE 3 END)::${RATES} AS rate FROM range(1, 101) t (i)`,
    );
  });

  it('are met exactly at the limit and not above it', async () => {
    const evaluated = await evaluate(
      aContract({ expectations: [share('0.2', 'at'), share('0.19', 'above')] }),
    );

    expect(one(evaluated, 'at')).toEqual({
      id: 'at',
      about: 'Few rates are above 3',
      severity: 'warn',
      status: 'passed',
      observed: '20 of 100 rows (20.00 %)',
      threshold: 'at most 20 %',
      failing: 20,
      firstRecords: [5, 10, 15, 20, 25, 30, 35, 40, 45, 50],
    });
    expect(one(evaluated, 'above')).toMatchObject({ status: 'failed', failing: 20, code: 'share-exceeded' });
  });

  it('of an empty file are met', async () => {
    await view('staged', `SELECT 1::BIGINT AS record_number, 4::${RATES} AS rate WHERE false`);

    expect(one(await evaluate(aContract({ expectations: [share('0')] })), 'rates-in-points')).toMatchObject({
      status: 'passed',
      observed: '0 of 0 rows (0.00 %)',
    });
  });
});

describe('reconciliation', () => {
  const reconciles = (overrides: Partial<Extract<Expectation, { kind: 'reconciles' }>> = {}) =>
    aContract({
      relation: 'looker_par',
      expectations: [
        {
          id: 'with-loans',
          severity: 'warn',
          about: 'Both have the same outstanding',
          kind: 'reconciles',
          here: 'sum(amount)',
          with: { dataset: LOANS, relation: 'looker_loans', sum: 'coalesce(sum(balance), 0)' },
          sameDay: true,
          within: '0.02',
          ...overrides,
        },
      ],
    });

  beforeEach(async () => {
    // Added as doubles, three million times 0.1 and a large amount would differ from their decimal sum.
    await view(
      'staged',
      `SELECT i AS record_number, (CASE i WHEN 1 THEN 9999999999999.99 ELSE 0.10 END)::${MONEY} AS amount FROM range(1, 3002) t (i)`,
    );
  });

  const loansWith = async (total: string) => view('looker_loans', `SELECT ${total}::${MONEY} AS balance`);

  it('holds up to the allowed difference, to the cent', async () => {
    await loansWith('10000000000300.01');
    expect(one(await evaluate(reconciles()), 'with-loans')).toMatchObject({
      status: 'passed',
      observed: '10000000000299.99 here, 10000000000300.01 in looker/loans',
      threshold: 'equal within 0.02',
    });

    await loansWith('10000000000300.02');
    expect(one(await evaluate(reconciles()), 'with-loans')).toMatchObject({
      status: 'failed',
      failing: 1,
      code: 'not-reconciled',
    });

    await loansWith('10000000000299.96');
    expect(one(await evaluate(reconciles()), 'with-loans').status).toBe('failed');
  });

  it('is not judged between different days, unless the contract says so', async () => {
    await loansWith('10000000000299.99');
    const book = [{ relation: 'looker_loans', asOf: LocalDate.parse('2025-11-30') }];

    expect(one(await evaluate(reconciles(), book), 'with-loans')).toMatchObject({
      status: 'not-evaluated',
      reason:
        'The two stand for different days: this file is as of 2025-12-10, looker/loans as of 2025-11-30.',
    });
    expect(one(await evaluate(reconciles({ sameDay: false }), book), 'with-loans').status).toBe('passed');
  });

  it('is not judged without the other dataset, and names it', async () => {
    expect(one(await evaluate(reconciles(), []), 'with-loans')).toMatchObject({
      status: 'not-evaluated',
      reason: 'No file of looker/loans is in the book. Drop one: this file is checked again then.',
      code: 'reference-not-evaluated',
    });
  });

  it('reads its own relation from the file at hand, not from an earlier snapshot', async () => {
    await loansWith('0.10');
    await view('looker_par', `SELECT 1::BIGINT AS record_number, 77::${MONEY} AS amount`);
    const newest = 'sum(amount) FILTER (WHERE record_number = (SELECT max(record_number) FROM looker_par))';

    expect(one(await evaluate(reconciles({ here: newest })), 'with-loans')).toMatchObject({
      status: 'passed',
      observed: '0.10 here, 0.10 in looker/loans',
    });
  });

  it('takes the sum over no rows for zero', async () => {
    await view('looker_loans', `SELECT 1::${MONEY} AS balance WHERE false`);
    await view('staged', `SELECT 1::BIGINT AS record_number, 1::${MONEY} AS amount WHERE false`);

    expect(one(await evaluate(reconciles()), 'with-loans')).toMatchObject({
      status: 'passed',
      observed: '0 here, 0.00 in looker/loans',
    });
  });

  it('refuses a contract that asks for a sum that is not exact', async () => {
    await loansWith('1');

    await expect(evaluate(reconciles({ here: 'sum(amount / 2)' }))).rejects.toThrow(SumNotExact);
  });
});

describe('references', () => {
  const reference = (overrides: Partial<Reference> = {}): Reference => ({
    column: 'loan_id',
    to: { dataset: LOANS, relation: 'looker_loans', column: 'loan_id' },
    orphans: 'quarantine',
    maxShare: '0.02',
    ...overrides,
  });
  const referring = (overrides: Partial<Reference> = {}) => aContract({ references: [reference(overrides)] });
  const [FOUND, SHARE] = ['references:loan_id->looker_loans', 'orphan-share:loan_id->looker_loans'];

  beforeEach(async () => {
    await view('looker_loans', `SELECT 'L' || i AS loan_id FROM range(1, 51) t (i) UNION ALL SELECT NULL`);
  });

  const stagedWith = (orphans: number) =>
    view(
      'staged',
      `SELECT i AS record_number, CASE WHEN i = 100 THEN NULL WHEN i <= ${orphans} THEN 'X' || i ELSE 'L' || (i % 50 + 1) END AS loan_id FROM range(1, 101) t (i)`,
    );

  it('hold when every id is known, and a row without an id is no orphan', async () => {
    await stagedWith(0);

    const evaluated = await evaluate(referring());

    expect(evaluated.results.map(({ id, status }) => [id, status])).toEqual([
      [FOUND, 'passed'],
      [SHARE, 'passed'],
    ]);
    expect(evaluated.orphans).toEqual([]);
  });

  it('give all orphans for quarantine up to the limit, and only warn', async () => {
    await stagedWith(2);

    const evaluated = await evaluate(referring());

    expect(one(evaluated, FOUND)).toMatchObject({
      status: 'failed',
      severity: 'warn',
      observed: '2 of 100 rows (2.00 %)',
      firstRecords: [1, 2],
      code: 'orphan',
    });
    expect(one(evaluated, SHARE)).toMatchObject({ status: 'passed', severity: 'block' });
    expect(evaluated.orphans).toEqual([{ reference: reference(), records: [1, 2] }]);
  });

  it('stop the file above the limit, and name the first ten', async () => {
    await stagedWith(30);

    const evaluated = await evaluate(referring());

    expect(one(evaluated, SHARE)).toMatchObject({
      status: 'failed',
      severity: 'block',
      failing: 30,
      firstRecords: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    });
    expect(evaluated.orphans).toEqual([]);
  });

  it('give more than ten orphans where the contract tolerates them, and none where they are only counted', async () => {
    await stagedWith(30);

    const kept = await evaluate(referring({ maxShare: '1', orphans: 'warn' }));
    const aside = await evaluate(referring({ maxShare: '0.3' }));

    expect(kept.orphans).toEqual([]);
    expect(one(kept, FOUND)).toMatchObject({ status: 'failed', failing: 30 });
    expect(aside.orphans[0]?.records).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it('are not judged without the other dataset, and name it', async () => {
    await stagedWith(5);

    const evaluated = await evaluate(referring(), []);

    expect(evaluated.results.map(({ status, code, reason }) => [status, code, reason])).toEqual(
      Array.from({ length: 2 }, () => [
        'not-evaluated',
        'reference-not-evaluated',
        'No file of looker/loans is in the book. Drop one: this file is checked again then.',
      ]),
    );
  });

  it('build the entity prefix from the last word of the company', async () => {
    await view(
      'looker_loans',
      `SELECT unnest(['ABF - DSB1-001', 'ABT - DSB2-001', 'ABF - DSB3-001']) AS loan_id`,
    );
    await view(
      'staged',
      `SELECT * FROM (VALUES
        (1::BIGINT, 'DSB1-001', 'Prestamos del Norte Financiera'),
        (2, 'DSB2-001', 'Prestamos del Norte  Titulos '),
        (3, 'DSB3-001', 'Prestamos del Norte Titulos'),
        (4, 'DSB1-001', 'Prestamos del Norte'),
        (5, 'DSB1-001', NULL),
        (6, NULL, 'Financiera'),
        (7, 'DSB1-001', 'F')) AS t (record_number, loan_id, company)`,
    );
    const prefix = { from: 'company', byInitial: { F: 'ABF', T: 'ABT' }, separator: ' - ' };

    const evaluated = await evaluate(referring({ prefix, maxShare: '1' }));

    expect(evaluated.orphans[0]?.records).toEqual([3, 4, 5]);
  });

  it('compare ids as text, whatever their types', async () => {
    await view('looker_loans', `SELECT i AS loan_id FROM range(1, 4) t (i)`);
    await view('staged', `SELECT i AS record_number, 'A' || i AS loan_id FROM range(1, 3) t (i)`);

    expect(one(await evaluate(referring()), FOUND).failing).toBe(2);
  });

  it('are quoted, so that a name can be anything', async () => {
    await view('looker_loans', `SELECT 'a''b' AS "loan ""id"""`);
    await view('staged', `SELECT 1::BIGINT AS record_number, 'a''b' AS loan_id`);
    const to = { dataset: LOANS, relation: 'looker_loans', column: 'loan "id"' };

    expect(one(await evaluate(referring({ to })), FOUND).status).toBe('passed');
  });
});

describe('contracts in force', () => {
  const sqlTypes = { text: 'VARCHAR', boolean: 'BOOLEAN', date: 'DATE', integer: 'INTEGER' };
  const relations = [...new Map(CONTRACTS.map((contract) => [contract.relation, contract])).values()];
  const emptySelect = ({ columns }: Contract) =>
    `SELECT 1::BIGINT AS record_number, ${columns
      .map(
        ({ name, type, scale = 0 }) =>
          `NULL::${type === 'decimal' ? `DECIMAL(18, ${scale})` : sqlTypes[type]} AS "${name}"`,
      )
      .join(', ')}`;

  it.each(CONTRACTS.map((contract) => [contractLabel(contract), contract] as const))(
    'can be asked of a file: %s',
    async (_label, contract) => {
      for (const other of relations) await view(other.relation, emptySelect(other));
      await view('staged', emptySelect(contract));

      const { results } = await evaluate(
        contract,
        relations.map(({ relation }) => ({ relation, asOf: TODAY })),
      );

      // A row without a date is on no date that balances could be worked out for.
      const dateless = 'rebuilt-from-events';
      expect(results.filter(({ id, status }) => status === 'not-evaluated' && id !== dateless)).toEqual([]);
      // And one that says nothing has fewer loans than the loan file, which has a row.
      const loanless = 'loans-are-complete';
      expect(results.filter(({ id, failing }) => failing > 0 && id !== loanless)).toEqual([]);
    },
  );
});
