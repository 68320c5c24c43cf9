import { describe, expect, it } from '@jest/globals';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import { type ColumnOrigin, columnOrigins } from '../../../shared/kpis/column-origins.ts';
import { orderModels } from '../../../shared/kpis/model-graph.ts';
import { resolveModels } from '../../../shared/kpis/resolved-models.ts';

const STAGED = new Map(
  CONTRACTS.map(({ relation, columns }) => [relation, new Set(columns.map(({ name }) => name))]),
);
const BOOK = ['looker_loan_par_balances', 'looker_loans'];

/** What `sum: total` is made of in a model with this SQL over the files of loans and of balances. */
function originsIn(sql: string, { where }: { where?: string } = {}): string[] {
  const models = resolveModels(
    orderModels([
      { name: 'stg_loans', sql: 'SELECT loan_id, disburse_principal AS principal, term FROM looker_loans' },
      { name: 'mart_made', sql },
    ]),
    new Set(BOOK),
  );
  const measure = { sum: 'total', overTime: 'last' as const, ...(where !== undefined && { where }) };
  return shown(columnOrigins({ measures: { total: measure } }, 'mart_made', models, STAGED));
}

const shown = (origins: readonly ColumnOrigin[]): string[] =>
  origins.map(({ relation, column }) => `${relation}.${column}`);

describe('the staged columns behind a KPI', () => {
  it.each([
    ['a column under its own name', 'SELECT dpd AS total FROM looker_loans', ['dpd']],
    [
      'a sum of two',
      'SELECT sum(total_fees + total_interest) AS total FROM looker_loans',
      ['total_fees', 'total_interest'],
    ],
    [
      'a cast, whose type is no column',
      'SELECT CAST(dpd AS INTEGER) AS total, term FROM looker_loans',
      ['dpd'],
    ],
    [
      'a choice',
      "SELECT CASE WHEN dpd > 30 THEN term ELSE 0 END AS total, 'dpd' AS loan_id FROM looker_loans",
      ['dpd', 'term'],
    ],
    ['another model', 'SELECT loan.principal AS total FROM stg_loans AS loan', ['disburse_principal']],
    [
      'a query within',
      'WITH part AS (SELECT term AS months FROM looker_loans) SELECT months * 2 AS total FROM part',
      ['term'],
    ],
    [
      'columns that are taken over unnamed',
      'WITH part AS (SELECT * FROM stg_loans) SELECT principal AS total FROM part',
      ['disburse_principal'],
    ],
    [
      'a replaced column',
      'WITH part AS (SELECT dpd AS total FROM looker_loans) SELECT * REPLACE (total + term AS total) FROM part',
      ['dpd', 'term'],
    ],
    [
      'united lists, by their order',
      'SELECT loan_id, dpd AS total FROM looker_loans UNION ALL SELECT loan_id, term FROM looker_loans',
      ['dpd', 'term'],
    ],
    [
      'a comment and a text, which name nothing',
      "SELECT dpd /* */ AS total -- term\nFROM looker_loans WHERE 'term' = 'x'",
      ['dpd'],
    ],
  ])('are found through %s', (_, sql, columns) => {
    expect(originsIn(sql)).toEqual(columns.map((column) => `looker_loans.${column}`));
  });

  it('are those of the table that stands before the name', () => {
    const sql = `SELECT par.dpd AS total FROM looker_loan_par_balances AS par
      JOIN looker_loans AS loan ON loan.loan_id = par.loan_id_raw`;

    expect(originsIn(sql)).toEqual(['looker_loan_par_balances.dpd']);
    expect(originsIn(sql.replace('par.dpd AS', 'dpd AS'))).toEqual([
      'looker_loan_par_balances.dpd',
      'looker_loans.dpd',
    ]);
  });

  it('are also those that decide which rows are added up', () => {
    expect(
      originsIn('SELECT dpd AS total, term AS months FROM looker_loans', { where: 'months > 3' }),
    ).toEqual(['looker_loans.dpd', 'looker_loans.term']);
  });

  it('are, of KPIs that are shipped, what their formulas say', async () => {
    const catalog = await loadCatalog();
    const models = resolveModels(catalog.models, new Set(BOOK));
    const of = (id: string): string[] => {
      const kpi = catalog.kpis.find((candidate) => candidate.id === id);
      if (kpi?.unavailable !== undefined || kpi === undefined) throw new Error(`${id} cannot be computed`);
      const model = kpi.models.find((name) => models.ready.has(name)) ?? '';
      return shown(columnOrigins(kpi, model, models, STAGED));
    };

    // Outstanding of loans 30 or more days past due, over outstanding.
    expect(of('risk.par_30')).toEqual([
      'looker_loan_par_balances.outstanding_balance_usd',
      'looker_loan_par_balances.par_30_balance_usd',
    ]);
    // The agreed rate, weighted with what is outstanding.
    expect(of('price.weighted_apr')).toEqual([
      'looker_loan_par_balances.outstanding_balance_usd',
      'looker_loans.interest_rate',
    ]);
    expect(of('growth.origination_volume')).toEqual(['looker_loans.disburse_principal']);
    expect(of('risk.bucket_30_60')).toEqual([
      'looker_loan_par_balances.par_30_balance_usd',
      'looker_loan_par_balances.par_60_balance_usd',
    ]);
  });

  it('are found for every KPI that adds up anything but rows', async () => {
    const catalog = await loadCatalog();
    const models = resolveModels(catalog.models, new Set(STAGED.keys()));
    const without = catalog.kpis.flatMap((kpi) => {
      if (kpi.unavailable !== undefined) return [];
      const model = kpi.models.find((name) => models.ready.has(name)) ?? '';
      return columnOrigins(kpi, model, models, STAGED).length === 0 ? [kpi.id] : [];
    });

    expect(without).toEqual(['cust.clients_eop', 'cust.heavy_users', 'cust.intensity', 'port.loan_count']);
  });
});
