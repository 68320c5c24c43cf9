import { addDays, LocalDate, toEpochDay } from '../../../../../shared/domain/local-date.ts';
import { divide, type Rational, rational } from '../../../../../shared/domain/rational.ts';
import type { Amounts, Balance, Loan, LoanBookRows } from './loan-book-rows.ts';

// What a second count is given: the rows, the period that is told of, and the loans that count.

/** A week, a month or a quarter. It ends on its last day or, when it is not over, on the day of the book. */
export type Period = { readonly from: string; readonly to: string; readonly label: string };

export type Scope = {
  readonly rows: LoanBookRows;
  /** The day of the book: nothing that came later is seen. */
  readonly asOf: string;
  readonly period: Period;
  /** Periods of its kind up to it, oldest first; a quarter is told by months. */
  readonly periods: readonly Period[];
  /** Months that are over by then, and the one that it ends with. */
  readonly months: readonly Period[];
  /** Loans at the end of a period. */
  readonly balancesOf: (period: Period) => readonly Balance[];
  /** The last days of which payments are known, by transactions and by real payments. */
  readonly paidUpTo: string;
  readonly reallyPaidUpTo: string;
  /** Whether a loan is of the part that is told of. */
  readonly has: (loan: Loan) => boolean;
};

/** Undefined where there is no value. */
export type Count = (scope: Scope) => Rational | undefined;

/** A KPI over payments is of the last day of which payments are known, which may be before that of the loans. */
export function overPayments(counts: Readonly<Record<string, Count>>): Readonly<Record<string, Count>> {
  return upTo((scope) => scope.paidUpTo, counts);
}

export function overRealPayments(counts: Readonly<Record<string, Count>>): Readonly<Record<string, Count>> {
  return upTo((scope) => scope.reallyPaidUpTo, counts);
}

function upTo(
  lastDay: (scope: Scope) => string,
  counts: Readonly<Record<string, Count>>,
): Readonly<Record<string, Count>> {
  const known = Object.entries(counts).map(([id, count]): [string, Count] => [
    id,
    (scope) => {
      const { period, asOf } = scope;
      const day = lastDay(scope);
      if (period.from > day) return undefined;
      return count({
        ...scope,
        asOf: earlier(asOf, day),
        period: { ...period, to: earlier(period.to, day) },
      });
    },
  ]);
  return Object.fromEntries(known);
}

export function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

export function loanOf({ rows }: Pick<Scope, 'rows'>, id: string): Loan {
  const loan = rows.loans.get(id);
  if (loan === undefined) throw new RangeError(`there is no loan ${id}`);
  return loan;
}

/** Of the part, at the end of the period. */
export function balances(scope: Scope): readonly Balance[] {
  const newest = scope.periods.at(-1);
  return newest === undefined ? [] : ofPart(scope, scope.balancesOf(newest));
}

export function ofPart<T extends { readonly loan: string }>(scope: Scope, items: readonly T[]): readonly T[] {
  return items.filter(({ loan }) => scope.has(loanOf(scope, loan)));
}

export function live(scope: Scope): readonly Balance[] {
  return balances(scope).filter(({ outstanding }) => outstanding > 0n);
}

export function outstanding(scope: Scope): bigint {
  return total(live(scope), (balance) => balance.outstanding);
}

export function paidIn(scope: Scope, { from, to }: Pick<Period, 'from' | 'to'>): readonly Amounts[] {
  return ofPart(scope, scope.rows.payments).filter(({ day }) => day >= from && day <= to);
}

export function dueIn(scope: Scope, { from, to }: Pick<Period, 'from' | 'to'>): readonly Amounts[] {
  return ofPart(scope, scope.rows.dues).filter(({ day }) => day >= from && day <= to);
}

export function revenueOf({ interest, fees, other }: Amounts): bigint {
  return interest + fees + other;
}

export function total<T>(items: readonly T[], amount: (item: T) => bigint): bigint {
  return items.reduce((sum, item) => sum + amount(item), 0n);
}

export function usd(cents: bigint): Rational {
  return { numerator: cents, denominator: 100n };
}

export function count(items: readonly unknown[]): Rational {
  return rational(BigInt(items.length));
}

export function ratio(numerator: bigint, denominator: bigint, times = 1n): Rational | undefined {
  return divide(rational(numerator * times), rational(denominator));
}

/** Since the first loan, the first month and that of the day included. */
export function monthsOfBook({ rows, period }: Scope): number {
  const first = [...rows.loans.values()].map(({ disbursed }) => disbursed).toSorted()[0] ?? period.to;
  const monthOf = (day: string) => 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7));
  return monthOf(period.to) - monthOf(first) + 1;
}

/** So many months that end with the day; a month's last day is the end of whole months. */
export function monthsUpTo(day: string, months: number): { readonly from: string; readonly to: string } {
  const [year = 0, month = 0, dayOfMonth = 0] = day.split('-').map(Number);
  const after = new Date(Date.UTC(year, month - 1, dayOfMonth + 1));
  const from = new Date(Date.UTC(after.getUTCFullYear(), after.getUTCMonth() - months, after.getUTCDate()));
  return { from: from.toISOString().slice(0, 10), to: day };
}

/** So many days that end with the day. */
export function daysUpTo(day: string, days: number): { readonly from: string; readonly to: string } {
  return { from: addDays(LocalDate.parse(day), 1 - days), to: day };
}

export function daysBetween(from: string, to: string): number {
  return toEpochDay(LocalDate.parse(to)) - toEpochDay(LocalDate.parse(from));
}
