import type { Amounts, Balance, LoanBookRows } from './loan-book-rows.ts';
import { daysBetween, total } from './scope.ts';

// What a PAR file says of a day, from the loans, what fell due and what was paid. A balance below a hundredth of the
// principal is none, a loan is late by the oldest instalment that its payments do not cover, and after 180 days it is
// written off.

const WRITE_OFF_AFTER_DAYS = 180;
/** In cents. */
const ROUNDING = 2n;

export function rebuiltBalances(rows: LoanBookRows, day: string): readonly Balance[] {
  const [dues, payments] = [rows.dues, rows.payments].map((all) => Map.groupBy(all, ({ loan }) => loan));
  return [...rows.loans.values()].flatMap((loan): Balance[] => {
    if (loan.disbursed > day) return [];
    const paid = (payments?.get(loan.id) ?? []).filter((payment) => payment.day <= day);
    const balance = loan.principal - total(paid, ({ principal }) => principal);
    const isNew = loan.disbursed.slice(0, 7) === day.slice(0, 7);
    if (balance <= 0n && !isNew) return [];
    if (balance > 0n && balance * 100n < loan.principal) return [];
    const dpd = balance <= 0n ? 0 : daysPastDue(dues?.get(loan.id) ?? [], total(paid, cashOf), day);
    const isWrittenOff = dpd > WRITE_OFF_AFTER_DAYS;
    return [
      {
        loan: loan.id,
        dpd,
        isWrittenOff,
        outstanding: isWrittenOff ? 0n : balance,
        writtenOff: isWrittenOff ? balance : 0n,
      },
    ];
  });
}

function daysPastDue(dues: readonly Amounts[], paid: bigint, day: string): number {
  let due = 0n;
  for (const instalment of dues) {
    due += cashOf(instalment);
    if (instalment.day >= day) return 0;
    if (paid < due - ROUNDING) return daysBetween(instalment.day, day);
  }
  return 0;
}

function cashOf({ principal, interest, fees, other, tax }: Amounts): bigint {
  return principal + interest + fees + other + tax;
}
