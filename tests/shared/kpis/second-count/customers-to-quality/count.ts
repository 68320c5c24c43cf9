import { type Rational, rational } from '../../../../../shared/domain/rational.ts';
import type { Book, Loan } from './lender-rows.ts';
import type { Month } from './reporting-months.ts';

// What a second count of a KPI comes to, and the words that the counts of all groups share.

/** A sum, or a ratio that is shown times so much. A ratio over nothing has no value. */
export type Count = {
  readonly numerator: Rational;
  readonly denominator?: Rational;
  readonly times?: bigint;
};

/** Undefined where the definition says that there is no value. */
export type Counter = (book: Book, month: Month) => Count | undefined;

export function number(count: number | bigint): Rational {
  return rational(BigInt(count));
}

export function usd(cents: bigint): Rational {
  return { numerator: cents, denominator: 100n };
}

export function percent(numerator: Rational, denominator: Rational): Count {
  return { numerator, denominator, times: 100n };
}

export function sum<T>(rows: readonly T[], amountOf: (row: T) => bigint): bigint {
  return rows.reduce((total, row) => total + amountOf(row), 0n);
}

/** Within the month, and not after the day that is reported. */
export function isIn(month: Month, day: number): boolean {
  return month.start <= day && day <= month.asOf;
}

export function lentIn(book: Book, month: Month): readonly Loan[] {
  return book.loans.filter(({ disbursed }) => isIn(month, disbursed));
}

export function lentUpTo(book: Book, day: number): readonly Loan[] {
  return book.loans.filter(({ disbursed }) => disbursed <= day);
}

/** Interest, fees and other, without principal and VAT. */
export function revenue(row: {
  readonly interest: bigint;
  readonly fees: bigint;
  readonly other: bigint;
}): bigint {
  return row.interest + row.fees + row.other;
}

/** Days of the loans of each customer up to a day, in order. */
export function loanDays(book: Book, day: number): ReadonlyMap<string, readonly number[]> {
  const days = new Map<string, number[]>();
  for (const { customer, disbursed } of lentUpTo(book, day))
    days.set(customer, [...(days.get(customer) ?? []), disbursed]);
  for (const own of days.values()) own.sort((a, b) => a - b);
  return days;
}

export function firstLoanDay(book: Book, customer: string): number {
  return Math.min(
    ...book.loans.filter((loan) => loan.customer === customer).map(({ disbursed }) => disbursed),
  );
}

export function customersOf(loans: readonly Loan[]): ReadonlySet<string> {
  return new Set(loans.map(({ customer }) => customer));
}

/** Customers who owe principal that is not written off at the reporting date. */
export function liveCustomers(book: Book, month: Month): ReadonlySet<string> {
  return customersOf(liveBalances(book, month).map(({ loan }) => loan));
}

export function liveBalances(book: Book, month: Month): Book['balances'] {
  return book.balances.filter(({ month: name, outstanding }) => name === month.name && outstanding > 0n);
}

export function outstandingAt(book: Book, month: Month): bigint {
  return sum(liveBalances(book, month), ({ outstanding }) => outstanding);
}

/** Of the ten customers who owe most. */
export function topTen(balances: Book['balances']): bigint {
  const byCustomer = new Map<string, bigint>();
  for (const { loan, outstanding } of balances)
    byCustomer.set(loan.customer, (byCustomer.get(loan.customer) ?? 0n) + outstanding);
  const largest = [...byCustomer.values()].toSorted((a, b) => (a > b ? -1 : 1)).slice(0, 10);
  return sum(largest, (balance) => balance);
}
