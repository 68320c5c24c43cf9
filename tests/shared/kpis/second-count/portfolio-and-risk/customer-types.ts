import type { Loan } from './loan-book-rows.ts';
import { daysBetween, type Period, type Scope } from './scope.ts';

// What a customer was in the month of a loan: new with its first, else recovered from more than 90 days late, else
// reactivated after more than 180 days, else recurrent.

/** By the months that a scope knows of; it asks for each loan many times. */
const typesOf = new WeakMap<readonly Period[], ReadonlyMap<string, string>>();

export function customerTypeOf(loan: Loan, scope: Scope): string {
  const known = typesOf.get(scope.months) ?? allTypes(scope);
  typesOf.set(scope.months, known);
  return known.get(loan.id) ?? 'unknown';
}

function allTypes(scope: Scope): ReadonlyMap<string, string> {
  const loans = [...scope.rows.loans.values()];
  const byCustomer = Map.groupBy(loans, ({ customer }) => customer);
  return new Map(loans.map((loan) => [loan.id, typeIn(loan, byCustomer.get(loan.customer) ?? [], scope)]));
}

function typeIn(loan: Loan, loans: readonly Loan[], { months, balancesOf }: Scope): string {
  const month = loan.disbursed.slice(0, 7);
  const days = loans.map(({ disbursed }) => disbursed).toSorted();
  const before = days.filter((day) => day.slice(0, 7) < month).at(-1);
  if (before === undefined) return 'New';
  const own = new Set(loans.map(({ id }) => id));
  const worst = (label: string) => {
    const end = months.find((candidate) => candidate.label.startsWith(label));
    const late = end === undefined ? [] : balancesOf(end).filter((balance) => own.has(balance.loan));
    return Math.max(0, ...late.map(({ dpd }) => dpd));
  };
  const wasBad = months.some(({ label }) => label.slice(0, 7) < month && worst(label.slice(0, 7)) > 90);
  if (wasBad && worst(month) <= 30) return 'Recovered';
  const first = days.find((day) => day.startsWith(month)) ?? loan.disbursed;
  return daysBetween(before, first) > 180 ? 'Reactivated' : 'Recurrent';
}
