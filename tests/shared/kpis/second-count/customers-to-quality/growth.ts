import {
  type Counter,
  customersOf,
  isIn,
  lentIn,
  loanDays,
  number,
  outstandingAt,
  percent,
  sum,
  usd,
} from './count.ts';
import type { Book, Loan } from './lender-rows.ts';
import { dayOf, type Month, monthAfter } from './reporting-months.ts';

// How fast the portfolio grows, and with whom.

export const GROWTH_COUNTS: Readonly<Record<string, Counter>> = {
  'growth.mom': (book, month) => growthSince(book, month, 1),
  'growth.yoy': (book, month) => growthSince(book, month, 12),
  'growth.origination_volume': (book, month) => ({ numerator: usd(principalOf(lentIn(book, month))) }),
  'growth.loan_book_growth': (book, month) => {
    const { before } = month;
    if (before === undefined) return undefined;
    // A month that is not over is compared with as many days of the one before.
    const isOver = month.asOf === dayOf(month.label);
    const asOf = isOver ? before.asOf : Math.min(before.asOf, before.start + (month.asOf - month.start));
    const [now, then] = [principalOf(lentIn(book, month)), principalOf(lentIn(book, { ...before, asOf }))];
    return percent(usd(now - then), usd(then));
  },
  'growth.replines_amount': (book, month) => {
    const due = book.dues.filter(({ day }) => isIn(month, day));
    return percent(usd(principalOf(lentIn(book, month))), usd(sum(due, ({ principal }) => principal)));
  },
  'growth.replines_90d': (book, month) => {
    const closings = closingsOf(book).filter(({ day }) => isIn(month, day));
    const cameBack = closings.filter(({ loan, day }) =>
      book.loans.some(
        (next) =>
          next !== loan &&
          next.customer === loan.customer &&
          next.disbursed >= day &&
          next.disbursed <= Math.min(day + 90, book.asOf),
      ),
    );
    const customersIn = (rows: readonly Closing[]) => customersOf(rows.map(({ loan }) => loan)).size;
    return percent(number(customersIn(cameBack)), number(customersIn(closings)));
  },
  'growth.recurrent_tpv': (book, month) => {
    const days = loanDays(book, month.asOf);
    const recurrent = lentIn(book, month).filter(({ customer }) => {
      const own = days.get(customer) ?? [];
      const first = own.findIndex((day) => isIn(month, day));
      const last = own[first - 1];
      if (last === undefined) return false;
      return (month.before !== undefined && isIn(month.before, last)) || (own[first] ?? 0) - last >= 90;
    });
    return { numerator: usd(principalOf(recurrent)) };
  },
};

function growthSince(book: Book, month: Month, months: number) {
  const name = monthAfter(month.name, -months);
  if (!book.balances.some((balance) => balance.month === name)) return undefined;
  const then = outstandingAt(book, { ...month, name });
  return percent(usd(outstandingAt(book, month) - then), usd(then));
}

function principalOf(loans: readonly Loan[]): bigint {
  return sum(loans, ({ principal }) => principal);
}

type Closing = { readonly loan: Loan; readonly day: number };

/** In cents. */
const ROUNDING = 2n;

/** Each loan on the day on which the last of its principal came. */
function closingsOf({ loans, payments }: Book): readonly Closing[] {
  return loans.flatMap((loan) => {
    let left = loan.principal;
    const own = payments.filter((payment) => payment.loan === loan).toSorted((a, b) => a.day - b.day);
    const last = own.find(({ principal }) => {
      left -= principal;
      return left <= ROUNDING;
    });
    return last === undefined ? [] : [{ loan, day: last.day }];
  });
}
