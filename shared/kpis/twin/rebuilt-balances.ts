import type { BalanceDate } from './balance-dates.ts';
import type { LoanEvents } from './loan-events.ts';
import type { LoanTable } from './loan-table.ts';
import { type LoanRecord, rebuiltStanding } from './rebuilt-standing.ts';
import type { DatedStanding } from './standing.ts';

// The snapshots that no file brings, from disbursements, instalments and payments.

export type RebuiltFrom = {
  readonly loans: LoanTable;
  readonly count: number;
  readonly payments: LoanEvents;
  readonly instalments: LoanEvents;
};

export function* rebuiltHistories(
  book: RebuiltFrom,
  dates: readonly BalanceDate[],
): Generator<{ readonly loan: number; readonly history: readonly DatedStanding[] }> {
  for (let loan = 0; loan < book.count; loan += 1) {
    if (!book.loans.isKnown(loan)) continue;
    const history = historyOf(recordOf(book, loan), dates);
    if (history.length > 0) yield { loan, history };
  }
}

function recordOf({ loans, payments, instalments }: RebuiltFrom, loan: number): LoanRecord {
  const scheduled = instalments.of(loan).map(({ day, total }) => ({ day, due: total }));
  return {
    terms: loans.terms(loan),
    instalments: scheduled.length > 0 ? scheduled : [loans.bullet(loan)],
    payments: payments.of(loan).map(({ day, principal, total }) => ({ day, principal, paid: total })),
  };
}

function historyOf(loan: LoanRecord, dates: readonly BalanceDate[]): DatedStanding[] {
  const history: DatedStanding[] = [];
  const lastPayment = loan.payments.at(-1)?.day ?? Number.NEGATIVE_INFINITY;
  for (const [date, { asOf, periodStart }] of dates.entries()) {
    if (asOf < loan.terms.disburseDay) continue;
    const standing = rebuiltStanding(loan, { asOf, periodStart });
    if (standing !== undefined) history.push({ date, standing });
    // Nothing is owed any more, and nothing happens that could change it.
    else if (asOf >= lastPayment) break;
  }
  return history;
}
