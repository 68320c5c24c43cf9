import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { type Catalog, CatalogInvalid, loadCatalog, parseCatalog } from '../../../shared/kpis/catalog.ts';
import { checkCatalog } from '../../../shared/kpis/check-catalog.ts';

const MART = `-- Grain: loan. Input: looker_loans.
SELECT maturity_date AS reporting_date, maturity_date AS as_of, company, loan_id, outstanding_balance AS balance
FROM looker_loans`;

const KPI = `kpis:
  - id: risk.balance
    name: Balance
    name_es: Saldo
    department: risk
    owner: Risk
    cadence: daily
    version: 1
    provisional: false
    formula: the balance
    grain: loan
    freshness: 24
    dimensions: [company]
    contributors: loan_id
    models: [mart_a]
    measures:
      balance: { sum: balance, where: balance > 0 }
    metric: { numerator: balance }
    unit: usd
    direction: neutral
    precision: 2
`;

describe('the check of the catalogue', () => {
  it('finds the shipped catalogue in order', async () => {
    expect(await problemsOf(await loadCatalog())).toEqual([]);
  });

  it.each([
    [
      'a sum of an unknown column',
      'sum: balance,',
      'sum: saldo,',
      /^catalog\/a\.yaml:17: .*needs the column saldo, and mart_a has none/,
    ],
    [
      'a condition on an unknown column',
      'where: balance > 0',
      'where: saldo > 0',
      /^catalog\/a\.yaml:17: .*saldo/,
    ],
    [
      'an unknown dimension of its model',
      '[company]',
      '[company, state]',
      /^catalog\/a\.yaml:13: .*dimension state, and no model/,
    ],
    [
      'contributors that its model does not name',
      'contributors: loan_id',
      'contributors: customer_id',
      /^catalog\/a\.yaml:14: .*names customer_id/,
    ],
  ])('refuses a definition with %s, with file and line', async (_what, good, bad, expected) => {
    const problems = await problemsOf(catalogOf(KPI.replace(good, bad), { mart_a: MART }));

    expect(problems.join('\n')).toMatch(expected);
  });

  it.each([
    [
      'reads a column that the contract does not have',
      MART.replace('outstanding_balance', 'saldo'),
      /^models\/mart_a\.sql:1: .*saldo/,
    ],
    [
      'has a binary float',
      MART.replace('outstanding_balance', 'outstanding_balance / 2'),
      /^models\/mart_a\.sql:1: has binary floats.*: balance/,
    ],
    [
      'has no as-of date',
      MART.replace('AS as_of', 'AS some_day'),
      /needs the column as_of, and mart_a has none/,
    ],
  ])('refuses a model that %s', async (_what, sql, expected) => {
    const problems = await problemsOf(catalogOf(KPI, { mart_a: sql }));

    expect(problems.join('\n')).toMatch(expected);
  });

  it('refuses variants of a model with other columns', async () => {
    const problems = await problemsOf(
      catalogOf(KPI, {
        mart_a: MART.replaceAll('looker_loans', 'int_x'),
        'int_x.1_loans': 'SELECT * FROM looker_loans',
        'int_x.2_none':
          "SELECT DATE '2025-01-01' AS maturity_date, 'ABF' AS company, 'L' AS loan_id, 1.5 AS outstanding_balance",
      }),
    );

    expect(problems.join('\n')).toMatch(
      /int_x\.[12]_\w+\.sql:1: has other columns than the other variants of int_x: /,
    );
  });
});

function catalogOf(definitions: string, models: Readonly<Record<string, string>>): Catalog {
  return parseCatalog([
    { name: 'catalog/a.yaml', text: definitions },
    ...Object.entries(models).map(([name, text]) => ({ name: `models/${name}.sql`, text })),
  ]);
}

async function problemsOf(catalog: Catalog): Promise<readonly string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'catalog-'));
  try {
    await checkCatalog(catalog, { sql: duckDbSqlEngine, dir });
    return [];
  } catch (error) {
    if (error instanceof CatalogInvalid) return error.problems;
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
