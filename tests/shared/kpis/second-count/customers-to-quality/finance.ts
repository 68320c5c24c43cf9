import { add, multiply, type Rational, rational } from '../../../../../shared/domain/rational.ts';
import { type Counter, liveBalances, sum, usd } from './count.ts';
import type { Balance, Book, Statement } from './lender-rows.ts';
import type { Month } from './reporting-months.ts';

// The company behind the portfolio, counted from balances, agreed rates and statements.

export const FINANCE_COUNTS: Readonly<Record<string, Counter>> = {
  'finance.arr': (book, month) => ({
    numerator: weighted(liveBalances(book, month), ({ outstanding }) => outstanding),
  }),
  'finance.portfolio_yield': (book, month) => {
    const live = liveBalances(book, month);
    return {
      numerator: weighted(live, ({ loan }) => loan.principal),
      denominator: usd(sum(live, ({ loan }) => loan.principal)),
      times: 100n,
    };
  },
  'finance.cash_position': (book, month) => {
    const cash = statementAt(book, month)?.cash;
    return cash === undefined ? undefined : { numerator: usd(cash) };
  },
  'finance.debt_to_equity': (book, month) => {
    const { liabilities, netWorth } = statementAt(book, month) ?? {};
    if (liabilities === undefined || netWorth === undefined || netWorth <= 0n) return undefined;
    return { numerator: usd(liabilities), denominator: usd(netWorth) };
  },
};

function weighted(balances: readonly Balance[], weightOf: (balance: Balance) => bigint): Rational {
  return balances.reduce(
    (total, balance) => add(total, multiply(balance.loan.rate, usd(weightOf(balance)))),
    rational(0n),
  );
}

/** The newest on or before the day. */
export function statementAt({ statements }: Book, { asOf }: Month): Statement | undefined {
  return statements
    .filter(({ day }) => day <= asOf)
    .toSorted((a, b) => a.day - b.day)
    .at(-1);
}
