import { type Standing, WRITE_OFF_AFTER_DAYS } from './standing.ts';

// A snapshot of a loan from its terms, its schedule and what was paid (domain.md 4.2). Payments after the day are not
// looked at, so a past day comes out today as it did then.

export type LoanTerms = {
  readonly disburseDay: number;
  readonly principal: number;
};

/** In order of `day`. */
export type Instalment = { readonly day: number; readonly due: number };

/** `paid` is all of the cash; `principal` is the part of it that lowers the balance. */
export type Payment = { readonly day: number; readonly principal: number; readonly paid: number };

export type LoanRecord = {
  readonly terms: LoanTerms;
  readonly instalments: readonly Instalment[];
  /** In any order. */
  readonly payments: readonly Payment[];
};

/** Days since 1970-01-01: the last day that is known, and the first day of its period. */
export type SnapshotDay = { readonly asOf: number; readonly periodStart: number };

/** Differences up to this come from rounding in two systems and are no arrears. */
const ROUNDING_CENTS = 2;

/** Undefined where the snapshot has no row: not disbursed yet, repaid before this period, or dust. */
export function rebuiltStanding(loan: LoanRecord, { asOf, periodStart }: SnapshotDay): Standing | undefined {
  const { disburseDay, principal } = loan.terms;
  if (disburseDay > asOf) return undefined;
  const { principalPaid, paid } = paidUntil(loan.payments, asOf);
  const balance = principal - principalPaid;
  if (balance === 0) return disburseDay >= periodStart ? standing(0, 0) : undefined;
  // Dust: under 1 % of what was lent. What was paid twice is owed by nobody.
  if (balance * 100 < principal) return undefined;
  return standing(balance, daysPastDue(loan.instalments, paid, asOf));
}

/** Since the oldest instalment that is not covered when the oldest is paid first, whatever the cash was booked as. */
export function daysPastDue(instalments: readonly Instalment[], paid: number, asOf: number): number {
  let dueToDate = 0;
  for (const { day, due } of instalments) {
    dueToDate += due;
    if (paid + ROUNDING_CENTS < dueToDate) return Math.max(0, asOf - day);
  }
  return 0;
}

function paidUntil(payments: readonly Payment[], asOf: number): { principalPaid: number; paid: number } {
  let principalPaid = 0;
  let paid = 0;
  for (const payment of payments) {
    if (payment.day > asOf) continue;
    principalPaid += payment.principal;
    paid += payment.paid;
  }
  return { principalPaid, paid };
}

function standing(balance: number, dpd: number): Standing {
  const isWrittenOff = dpd > WRITE_OFF_AFTER_DAYS;
  return {
    dpd,
    isWrittenOff,
    outstanding: isWrittenOff ? 0 : balance,
    writtenOff: isWrittenOff ? balance : 0,
  };
}
