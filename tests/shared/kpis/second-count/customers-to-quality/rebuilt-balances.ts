import { sum } from './count.ts';
import type { Balance, Book, Loan } from './lender-rows.ts';
import { type Month, monthOf } from './reporting-months.ts';

// The balances that the PAR file would have, from loans, instalments and payments: domain.md 4.2, for loans of one
// instalment.

/** In cents. */
const ROUNDING = 2n;

export function withRebuiltBalances(book: Book, months: readonly Month[]): Book {
  const payments = Map.groupBy(book.payments, ({ loan }) => loan);
  const dues = new Map(book.dues.map((due) => [due.loan, due]));
  const balances = book.loans.flatMap((loan) =>
    months.flatMap((month) => {
      const paid = (payments.get(loan) ?? []).filter(({ day }) => day <= month.asOf);
      const due = dues.get(loan);
      const total = due === undefined ? 0n : totalOf(due);
      const isPaid = sum(paid, totalOf) + ROUNDING >= total;
      return balanceAt(month, {
        loan,
        balance: loan.principal - sum(paid, ({ principal }) => principal),
        isPaid,
      });
    }),
  );
  return { ...book, balances };
}

type Owed = { readonly loan: Loan; readonly balance: bigint; readonly isPaid: boolean };

function balanceAt(month: Month, { loan, balance, isPaid }: Owed): readonly Balance[] {
  if (loan.disbursed > month.asOf) return [];
  if (balance === 0n && monthOf(loan.disbursed) !== month.name) return [];
  if (balance !== 0n && balance * 100n < loan.principal) return [];
  const dpd = balance === 0n || isPaid ? 0 : Math.max(0, month.asOf - loan.matures);
  const isWrittenOff = dpd > 180;
  const outstanding = isWrittenOff ? 0n : balance;
  const atRisk = (days: number) => (dpd >= days ? outstanding : 0n);
  return [
    {
      loan,
      month: month.name,
      dpd,
      isWrittenOff,
      outstanding,
      writtenOff: balance - outstanding,
      par: [atRisk(7), atRisk(30), atRisk(60), atRisk(90)],
    },
  ];
}

function totalOf(row: Book['dues'][number]): bigint {
  return row.principal + row.interest + row.fees + row.other + row.tax;
}
