import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { parseLocalDate } from '../../../shared/domain/local-date.ts';
import { type Catalog, loadCatalog } from '../../../shared/kpis/catalog.ts';
import { type ComputeKpisInput, computeKpis } from '../../../shared/kpis/compute-kpis.ts';
import { BookEntry, type KpiMart, type KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { datasetOfRelation } from '../../../shared/kpis/relations.ts';
import type { SqlSession } from '../../../shared/ports/sql-engine.ts';
import { CUSTOMER_RELATIONS } from './customer-relations.ts';

// A book of a few rows, written to Parquet with the types that staging writes, and the KPIs over it.

const MONEY = 'DECIMAL(18, 2)';
const RATE = 'DECIMAL(18, 6)';

/** Columns with their type, and the value that a row has unless the test says otherwise. */
const RELATIONS = {
  looker_loan_par_balances: {
    record_number: ['BIGINT', '1'],
    loan_id_raw: ['VARCHAR', 'ABF - DSB0001-001'],
    reporting_date: ['DATE', '2025-11-30'],
    dpd: ['INTEGER', '0'],
    dpd_date: ['DATE', null],
    is_writeoff: ['BOOLEAN', 'false'],
    writeoff_type: ['VARCHAR', null],
    loan_ccy: ['VARCHAR', 'USD'],
    outstanding_balance: [MONEY, '0'],
    outstanding_balance_usd: [MONEY, '0'],
    writeoff_outstanding_balance: [MONEY, '0'],
    writeoff_outstanding_balance_usd: [MONEY, '0'],
    xchg_rate_to_usd: [RATE, '1'],
    par_7_balance_usd: [MONEY, '0'],
    par_30_balance_usd: [MONEY, '0'],
    par_60_balance_usd: [MONEY, '0'],
    par_90_balance_usd: [MONEY, '0'],
  },
  looker_loans: {
    record_number: ['BIGINT', '1'],
    loan_id: ['VARCHAR', 'ABF - DSB0001-001'],
    maturity_date: ['DATE', '2025-12-31'],
    customer_id: ['VARCHAR', 'CLI0001'],
    application_date: ['DATE', null],
    pledge_date: ['DATE', null],
    disburse_date: ['DATE', '2025-10-01'],
    product_type: ['VARCHAR', 'factoring'],
    loan_grade: ['VARCHAR', null],
    lender: ['VARCHAR', null],
    facility: ['VARCHAR', null],
    credit_bureau_score: ['VARCHAR', null],
    total_fees: [MONEY, '0'],
    total_interest: [MONEY, '0'],
    total_other: [MONEY, '0'],
    term: ['INTEGER', '30'],
    frequency: ['VARCHAR', 'One-time'],
    interest_rate: [RATE, '0.36'],
    disburse_principal: [MONEY, '100'],
    outstanding_balance: [MONEY, '100'],
    currency: ['VARCHAR', 'USD'],
    dpd: ['INTEGER', '0'],
    ratio_paid: [RATE, '0'],
    loan_status: ['VARCHAR', 'Current'],
    amount_buckets: ['VARCHAR', '0-0.5K'],
    company: ['VARCHAR', 'ABF'],
    loan_counts: ['VARCHAR', '1'],
    term_buckets: ['VARCHAR', '21-30 Days'],
    location_state_province: ['VARCHAR', 'San Salvador'],
  },
  looker_schedules: {
    record_number: ['BIGINT', '1'],
    loan_id: ['VARCHAR', 'ABF - DSB0001-001'],
    date_due: ['DATE', '2025-12-31'],
    principal: [MONEY, '100'],
    interest: [MONEY, '0'],
    other: [MONEY, '0'],
    fees: [MONEY, '0'],
    to_tax: [MONEY, '0'],
    add_balance: [MONEY, '0'],
    reduce_balance: [MONEY, '0'],
    currency: ['VARCHAR', 'USD'],
  },
  looker_transactions: {
    record_number: ['BIGINT', '1'],
    loan_id: ['VARCHAR', 'ABF - DSB0001-001'],
    transaction_type: ['VARCHAR', 'PAYMENT'],
    date_paid: ['DATE', '2025-11-15'],
    principal: [MONEY, '0'],
    interest: [MONEY, '0'],
    other: [MONEY, '0'],
    fees: [MONEY, '0'],
    to_tax: [MONEY, '0'],
    add_balance: [MONEY, '0'],
    reduce_balance: [MONEY, '0'],
    currency: ['VARCHAR', 'USD'],
  },
  looker_loan_data: {
    record_number: ['BIGINT', '1'],
    loan_id: ['VARCHAR', 'DSB0001-001'],
    customer_id: ['VARCHAR', 'CLI0001'],
    product_type: ['VARCHAR', 'factoring'],
    disbursement_date: ['DATE', '2025-10-01'],
    disbursement_amount: [MONEY, '100'],
    origination_fee: [MONEY, null],
    origination_fee_taxes: [MONEY, null],
    loan_currency: ['VARCHAR', 'USD'],
    interest_rate_apr: [RATE, null],
    term: ['INTEGER', null],
    term_unit: ['VARCHAR', null],
    payment_frequency: ['VARCHAR', null],
    days_past_due: ['INTEGER', null],
    outstanding_loan_value: [MONEY, '0'],
    loan_status: ['VARCHAR', null],
  },
  manual_financial_statements: {
    record_number: ['BIGINT', '1'],
    reporting_date: ['DATE', null],
    cash_balance_usd: [MONEY, null],
    total_assets_usd: [MONEY, null],
    total_liabilities_usd: [MONEY, null],
    net_worth_usd: [MONEY, null],
    net_income_usd: [MONEY, null],
    runway_months: [RATE, null],
    debt_to_equity_ratio: [RATE, null],
  },
  manual_financial_statements_long: {
    record_number: ['BIGINT', '1'],
    reporting_date: ['DATE', null],
    metric: ['VARCHAR', 'cash'],
    value: [RATE, '0'],
  },
  cascade_loan_tape: {
    record_number: ['BIGINT', '1'],
    measurement_date: ['DATE', '2025-11-30'],
    total_receivable_usd: [MONEY, '0'],
    total_eligible_usd: [MONEY, '0'],
    discounted_balance_usd: [MONEY, '0'],
    cash_available_usd: [MONEY, '0'],
    dpd_0_7_usd: [MONEY, '0'],
    dpd_7_30_usd: [MONEY, '0'],
    dpd_30_60_usd: [MONEY, '0'],
    dpd_60_90_usd: [MONEY, '0'],
    dpd_90_plus_usd: [MONEY, '0'],
    loan_id: ['VARCHAR', null],
    period: ['VARCHAR', null],
    dpd_120_plus_usd: [MONEY, null],
    surplus_usd: [RATE, null],
  },
  cascade_loan_tape_par: {
    record_number: ['BIGINT', '1'],
    reporting_date: ['DATE', '2025-11-30'],
    outstanding_balance_usd: [MONEY, '0'],
    par_0_balance_usd: [MONEY, null],
    par_7_balance_usd: [MONEY, '0'],
    par_30_balance_usd: [MONEY, '0'],
    par_60_balance_usd: [MONEY, '0'],
    par_90_balance_usd: [MONEY, '0'],
  },
  manual_risk_parameters: {
    record_number: ['BIGINT', '1'],
    segment: ['VARCHAR', 'Nimal'],
    subcategoria_linea: ['VARCHAR', '10K-25K'],
    pd: [RATE, '0.012'],
    lgd: [RATE, '0.45'],
    ead_factor: [RATE, '1'],
  },
  ...CUSTOMER_RELATIONS,
} satisfies Record<string, Record<string, readonly [string, string | null]>>;

export type RelationName = keyof typeof RELATIONS;
export type Row = Readonly<Record<string, string | number | null>>;
export type SmallBook = Readonly<Partial<Record<RelationName, readonly Row[]>>>;

export const DAY = date('2025-12-10');

export type Options = {
  readonly asOf?: string;
  /** As-of dates of single snapshots; the others are of the day that the book is made for. */
  readonly snapshots?: Readonly<Partial<Record<string, string>>>;
  readonly catalog?: Catalog;
  readonly grain?: ComputeKpisInput['grain'];
  readonly onFailure?: ComputeKpisInput['onFailure'];
  /** Breaks the book before it is read. */
  readonly meddle?: (dir: string, sql: SqlSession) => Promise<void>;
};

/** Loan-level PAR of a balance: outstanding when the days past due reach n, as the source fills its columns. */
export function aBalance(loan: string, outstanding: string, dpd = 0, more: Row = {}): Row {
  const par = (days: number) => (dpd >= days ? outstanding : '0');
  return {
    loan_id_raw: loan,
    dpd,
    outstanding_balance: outstanding,
    outstanding_balance_usd: outstanding,
    par_7_balance_usd: par(7),
    par_30_balance_usd: par(30),
    par_60_balance_usd: par(60),
    par_90_balance_usd: par(90),
    ...more,
  };
}

export function aWriteOff(loan: string, writtenOff: string, more: Row = {}): Row {
  return {
    loan_id_raw: loan,
    dpd: 200,
    is_writeoff: 'true',
    writeoff_type: 'DPD',
    writeoff_outstanding_balance: writtenOff,
    writeoff_outstanding_balance_usd: writtenOff,
    ...more,
  };
}

export function aLoan(loan: string, customer: string, more: Row = {}): Row {
  return { loan_id: loan, customer_id: customer, ...more };
}

export async function kpisOver(book: SmallBook, options: Options = {}): Promise<KpiMart> {
  return withScratch(async (dir, sql) => {
    const files = await writeBook(dir, sql, book);
    await options.meddle?.(dir, sql);
    const asOf = date(options.asOf ?? DAY);
    const catalog = options.catalog ?? (await loadCatalog());
    const entries = [...files.keys()].map((relation) =>
      entryOf(relation, options.snapshots?.[relation] ?? asOf, book),
    );
    const { onFailure, grain = 'month' } = options;
    return computeKpis({
      ...{ book: entries, files, catalog, sql, asOf, grain },
      ...(onFailure ? { onFailure } : {}),
    });
  });
}

/** The result of one KPI at the newest reporting date, or at the given one. */
export function resultOf(mart: KpiMart, id: string, reportingDate?: string): KpiResult {
  const results = reportingDate === undefined ? mart.kpis : mart.series;
  const found = results.find(
    (kpi) => kpi.id === id && (reportingDate === undefined || kpi.reportingDate === reportingDate),
  );
  if (!found) throw new Error(`no result for ${id} ${reportingDate ?? ''}`);
  return found;
}

export async function withScratch<T>(use: (dir: string, sql: SqlSession) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'kpis-'));
  try {
    await using sql = await duckDbSqlEngine.open(dir);
    return await use(dir, sql);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export async function writeBook(dir: string, sql: SqlSession, book: SmallBook): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [relation, rows] of Object.entries(book)) {
    const file = join(dir, `${relation}.parquet`);
    const columns = Object.entries(columnsOf(relation));
    const select = columns.map(([name, [type]]) => `CAST(${name} AS ${type}) AS ${name}`).join(', ');
    const template = cellsOf(columns, {}, -1);
    const values = [template, ...rows.map((row, index) => cellsOf(columns, row, index))]
      .map((cells) => `(${cells.map(literal).join(', ')})`)
      .join(', ');
    const names = columns.map(([name]) => name).join(', ');
    // Record 0 is a template that gives an empty relation its columns; it is left out again.
    await sql.run(
      `COPY (SELECT ${select} FROM (VALUES ${values}) AS row_values (${names}) WHERE record_number <> '0')
       TO '${file}' (FORMAT parquet)`,
    );
    files.set(relation, file);
  }
  return files;
}

export function entryOf(relation: string, asOf: string, content: unknown): BookEntry {
  return BookEntry.parse({
    dataset: datasetOfRelation(relation),
    relation,
    asOf,
    sha256: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
    contractVersion: 1,
    runId: 'run_0123456789ab',
    stagingPath: `staging/${relation}.parquet`,
    rows: 1,
  });
}

export function date(text: string) {
  const day = parseLocalDate(text);
  if (!day) throw new RangeError(text);
  return day;
}

type Columns = Readonly<Record<string, readonly [string, string | null]>>;

function columnsOf(relation: string): Columns {
  const relations: Readonly<Record<string, Columns>> = RELATIONS;
  return relations[relation] ?? {};
}

function cellsOf(columns: [string, readonly [string, string | null]][], row: Row, index: number) {
  const known = new Set(columns.map(([name]) => name));
  const stray = Object.keys(row).find((name) => !known.has(name));
  if (stray !== undefined) throw new Error(`the relation has no column ${stray}`);
  const cells: Row = { record_number: index + 1, ...row };
  return columns.map(([name, [, value]]) => (name in cells ? (cells[name] ?? null) : value));
}

function literal(value: string | number | null): string {
  return value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`;
}
