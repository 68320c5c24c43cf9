import { at, type LoanBook, maturityDay } from './loan-book.ts';

/** Past this many days late the balance leaves the outstanding side. */
export const WRITE_OFF_AFTER_DAYS = 180;

/** What a loan owes at the end of a day. Cents and days. */
export type LoanStanding = { readonly balance: number; readonly dpd: number };

/**
 * The balance is the principal less the principal paid. A loan is late from the day after its maturity, unless it
 * owes nothing or has paid as much in total as was scheduled, however that was booked.
 */
export function loanStanding(book: LoanBook, loan: number, asOfDay: number): LoanStanding {
  const { principalPaid, totalPaid } = paidUntil(book, loan, asOfDay);
  const balance = at(book.principal, loan) - principalPaid;
  const due = maturityDay(book, loan);
  if (balance === 0 || due >= asOfDay || totalPaid >= totalScheduled(book, loan)) return { balance, dpd: 0 };
  return { balance, dpd: asOfDay - due };
}

/**
 * What a snapshot says of a loan, or undefined when it has no row for it: not yet disbursed, repaid (but for the
 * month of disbursement), or owing less than 1 % of the principal.
 */
export function snapshotStanding(
  book: LoanBook,
  loan: number,
  day: { readonly reportingDay: number; readonly asOfDay: number },
  monthStart: number,
): LoanStanding | undefined {
  const disbursed = at(book.disburseDay, loan);
  if (disbursed > day.asOfDay) return undefined;
  const standing = loanStanding(book, loan, day.asOfDay);
  if (standing.balance === 0) return disbursed >= monthStart ? standing : undefined;
  const isDust = standing.balance * 100 < at(book.principal, loan);
  return isDust ? undefined : standing;
}

function totalScheduled(book: LoanBook, loan: number): number {
  return at(book.principal, loan) + at(book.interest, loan) + at(book.fees, loan) + at(book.tax, loan);
}

function paidUntil(
  book: LoanBook,
  loan: number,
  asOfDay: number,
): { principalPaid: number; totalPaid: number } {
  const { day, principal, interest, fees, tax } = book.payments;
  const first = at(book.firstPayment, loan);
  const end = first + at(book.paymentCount, loan);
  let principalPaid = 0;
  let totalPaid = 0;
  for (let i = first; i < end; i++) {
    if (at(day, i) > asOfDay) continue;
    principalPaid += at(principal, i);
    totalPaid += at(principal, i) + at(interest, i) + at(fees, i) + at(tax, i);
  }
  return { principalPaid, totalPaid };
}
