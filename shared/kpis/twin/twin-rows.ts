import { at } from './grouped-rows.ts';

// What the twin reads: the rows of staged relations as columns of whole numbers. Money in cents, rates in millionths,
// days since 1970-01-01, NaN where a cell is empty. Loans and customers are numbered from 0, a loan by the same number
// in every relation.

export const TWIN_RELATIONS = [
  'looker_loans',
  'looker_schedules',
  'looker_transactions',
  'looker_loan_par_balances',
  'cascade_loan_tape',
  'cascade_loan_tape_par',
] as const;
export type TwinRelation = (typeof TWIN_RELATIONS)[number];

export interface TwinRows {
  /** The relations of the book that can be read, with the day that their snapshot stands for. */
  readonly asOf: ReadonlyMap<TwinRelation, number>;
  /** How many loans the relations name together, and how many customers. */
  readonly loans: number;
  readonly customers: number;
  count(relation: TwinRelation): Promise<number>;
  /** In any order, a batch at a time; one relation after the other. */
  read(relation: TwinRelation): AsyncIterable<RowBatch>;
}

export type RowBatch = { readonly rows: number; readonly column: (name: string) => Float64Array };

/** Columns of each relation and the scale that its cells must have. `loan` and `customer` are numbers of ids. */
export const TWIN_COLUMNS: Readonly<Record<TwinRelation, Readonly<Record<string, number>>>> = {
  looker_loans: {
    loan: 0,
    customer: 0,
    disburse_date: 0,
    maturity_date: 0,
    disburse_principal: 2,
    total_interest: 2,
    total_fees: 2,
    total_other: 2,
    interest_rate: 6,
    outstanding_balance: 2,
    dpd: 0,
  },
  looker_schedules: {
    loan: 0,
    date_due: 0,
    principal: 2,
    interest: 2,
    fees: 2,
    other: 2,
    to_tax: 2,
  },
  looker_transactions: {
    loan: 0,
    is_payment: 0,
    date_paid: 0,
    principal: 2,
    interest: 2,
    fees: 2,
    other: 2,
    to_tax: 2,
  },
  looker_loan_par_balances: {
    loan: 0,
    reporting_date: 0,
    dpd: 0,
    dpd_date: 0,
    is_writeoff: 0,
    outstanding_balance_usd: 2,
    writeoff_outstanding_balance_usd: 2,
    par_7_balance_usd: 2,
    par_30_balance_usd: 2,
    par_60_balance_usd: 2,
    par_90_balance_usd: 2,
  },
  cascade_loan_tape: {
    measurement_date: 0,
    total_receivable_usd: 2,
    total_eligible_usd: 2,
    cash_available_usd: 2,
    dpd_7_30_usd: 2,
    dpd_30_60_usd: 2,
    dpd_60_90_usd: 2,
    dpd_90_plus_usd: 2,
  },
  cascade_loan_tape_par: {
    reporting_date: 0,
    outstanding_balance_usd: 2,
    par_7_balance_usd: 2,
    par_30_balance_usd: 2,
    par_60_balance_usd: 2,
    par_90_balance_usd: 2,
  },
};

/** The cells of a column by row, NaN where one is empty. */
export function cells({ column }: RowBatch, name: string): (row: number) => number {
  const values = column(name);
  return (row) => at(values, row);
}

/** The cells of a column that is added up: an empty one counts as zero. */
export function amounts({ column }: RowBatch, name: string): (row: number) => number {
  const values = column(name);
  return (row) => at(values, row) || 0;
}
