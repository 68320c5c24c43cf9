import type { LocalDate } from '../domain/local-date.ts';

// The loans of a book as they stood on the day that a run reports, on their way into a database: made when they are asked
// for, some at a time, since a book has a million of them.

/** One loan by `LOAN_FACT_COLUMNS`. Ids are tokens, amounts and days are text. */
export type LoanFact = Readonly<Record<string, string | number | boolean | null>>;

export const LOAN_FACT_COLUMNS = [
  'loan_token',
  'customer_token',
  'payer_token',
  'status',
  'dpd',
  'bucket',
  'is_live',
  'is_writeoff',
  'outstanding',
  'written_off',
  'par_7',
  'par_30',
  'par_60',
  'par_90',
  'company',
  'product',
  'state',
  'segment',
  'subcategoria_linea',
  'line_band',
  'customer_type',
  'ticket_band',
  'term_band',
  'vintage',
  'disburse_date',
  'maturity_date',
  'term',
  'principal',
  'total_interest',
  'total_fees',
  'interest_rate',
] as const;
export type LoanFactColumn = (typeof LOAN_FACT_COLUMNS)[number];

export type LoansOfDay = {
  readonly asOf: LocalDate;
  /** Of all files that they are read from. */
  readonly inputsHash: string;
  /** Hash of the models that they are read with. */
  readonly configVersion: string;
  /** A token that tells the key from every other: that of a fixed text. */
  readonly keyMark: string;
  /**
   * Whether the run's book is still that of the day. Asked while nobody else writes the day, so that of two books the
   * newer one stays, whichever comes last.
   */
  isCurrent(): Promise<boolean>;
  open(): Promise<OpenLoans>;
};

export interface OpenLoans extends AsyncDisposable {
  readonly totals: LoanTotals;
  batches(): AsyncIterable<readonly LoanFact[]>;
}

/** What the loans must add up to wherever they are written. */
export type LoanTotals = {
  /** Empty where the book has no balances. */
  readonly reportingDate: string | null;
  readonly balancesAsOf: string | null;
  readonly loans: number;
  readonly outstanding: string;
  readonly writtenOff: string;
};
