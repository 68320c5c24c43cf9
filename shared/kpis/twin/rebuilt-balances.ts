import type { BalanceDate } from './balance-dates.ts';
import type { LoanEvents } from './loan-events.ts';
import type { LoanTable } from './loan-table.ts';
import { type LoanRecord, rebuiltStanding } from './rebuilt-standing.ts';
import type { DatedStanding } from './standing.ts';

// The snapshots that no file brings, from disbursements, instalments and payments.

export type RebuiltFrom = {
  readonly loans: LoanTable;
  readonly payments: LoanEvents;
  readonly instalments: LoanEvents;
};

/** Undefined where the loan is not known: nobody can tell what it owes. */
export function recordOf(
  { loans, payments, instalments }: RebuiltFrom,
  loan: number,
): LoanRecord | undefined {
  if (!loans.isKnown(loan)) return undefined;
  const scheduled = instalments.of(loan).map(({ day, total }) => ({ day, due: total }));
  return {
    terms: loans.terms(loan),
    instalments: scheduled.length > 0 ? scheduled : [loans.bullet(loan)],
    payments: payments.of(loan).map(({ day, principal, total }) => ({ day, principal, paid: total })),
  };
}

export function rebuiltHistory(loan: LoanRecord, dates: readonly BalanceDate[]): readonly DatedStanding[] {
  const history: DatedStanding[] = [];
  const lastPayment = loan.payments.at(-1)?.day ?? Number.NEGATIVE_INFINITY;
  let date = dates.findIndex(({ asOf }) => asOf >= loan.terms.disburseDay);
  for (let day = dates[date]; day !== undefined; day = dates[++date]) {
    const standing = rebuiltStanding(loan, day);
    if (standing !== undefined) history.push({ date, standing });
    // Nothing is owed any more, and nothing happens that could change it.
    else if (day.asOf >= lastPayment) break;
  }
  return history;
}
