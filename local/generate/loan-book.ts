import type { BookOptions } from './book-options.ts';
import { COMPANIES, type CustomerRoster } from './customer-roster.ts';

/**
 * A whole book, column by column: a loan is a position. Typed arrays keep a million loans in some tens of
 * megabytes, since the files are streamed from here row by row; one kind of array for all, since code that reads
 * several kinds is slow. Money is cents, days count from 1970-01-01. Loans are in order of disbursement.
 */
export type LoanBook = {
  readonly options: BookOptions;
  readonly asOfDay: number;
  readonly roster: CustomerRoster;
  readonly count: number;
  readonly company: Int32Array;
  readonly customer: Int32Array;
  readonly line: Int32Array;
  readonly draw: Int32Array;
  /** How many loans the customer had up to and with this one. */
  readonly sequence: Int32Array;
  readonly disburseDay: Int32Array;
  readonly term: Int32Array;
  readonly principal: Int32Array;
  readonly interest: Int32Array;
  readonly fees: Int32Array;
  /** VAT on interest and fees. */
  readonly tax: Int32Array;
  /** Yearly all-in rate in thousandths. */
  readonly rate: Int32Array;
  /** The loan's payments are `payments` from here on. */
  readonly firstPayment: Int32Array;
  readonly paymentCount: Int32Array;
  readonly payments: PaymentColumns;
  readonly lineDigits: number;
  /** The one customer whose lines are called `PC` and not `DSB`. */
  readonly programmeCustomer: number;
  /** Lines given out in each company. */
  readonly lines: readonly [number, number];
};

/** Payments by position, each loan's own in order of date. Some lie up to 16 days after the cut-off. */
export type PaymentColumns = {
  readonly loan: Int32Array;
  readonly day: Int32Array;
  readonly principal: Int32Array;
  readonly interest: Int32Array;
  readonly fees: Int32Array;
  readonly tax: Int32Array;
  /** 1 on a rebate credit, which moves interest and VAT into principal without cash. */
  readonly isRebate: Int32Array;
};

/** The real-payments feed is this many days fresher than the transactions. */
export const FRESHER_FEED_DAYS = 16;

export function maturityDay(book: LoanBook, loan: number): number {
  return at(book.disburseDay, loan) + at(book.term, loan);
}

/** `ABF - DSB0007-001` */
export function loanId(book: LoanBook, loan: number): string {
  return `${companyName(book, loan)} - ${bareLoanId(book, loan)}`;
}

/** `DSB0007-001`, as the real-payments feed has it. */
export function bareLoanId(book: LoanBook, loan: number): string {
  const kind = at(book.customer, loan) === book.programmeCustomer ? 'PC' : 'DSB';
  const line = String(at(book.line, loan)).padStart(book.lineDigits, '0');
  return `${kind}${line}-${String(at(book.draw, loan)).padStart(3, '0')}`;
}

export function companyName(book: LoanBook, loan: number): string {
  return COMPANIES[at(book.company, loan) === 0 ? 0 : 1];
}

/** The number at a position that is known to exist. */
export function at(column: ArrayLike<number>, position: number): number {
  const value = column[position];
  if (value === undefined) throw new RangeError(`no position ${position} in a column of ${column.length}`);
  return value;
}
