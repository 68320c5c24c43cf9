import { add, multiply, type Rational, rational } from '../../../../../shared/domain/rational.ts';
import { lateFrom, writtenOff } from './risk.ts';
import {
  type Count,
  dueIn,
  live,
  loanOf,
  monthsOfBook,
  monthsUpTo,
  outstanding,
  overPayments,
  paidIn,
  ratio,
  type Scope,
  total,
  usd,
} from './scope.ts';

// What the lender agreed with its own lender.

const ADVANCE_RATE = rational('0.769231');

export const COUNTS_OF_COVENANTS: Readonly<Record<string, Count>> = {
  'cov.eligible_receivables': (scope) => usd(total(eligible(scope), (balance) => balance.outstanding)),
  'cov.discounted_balance': discounted,
  'cov.borrowing_base': (scope) => {
    const cash = scope.rows.statements
      .filter(({ day }) => day <= scope.period.to)
      .toSorted((a, b) => (a.day < b.day ? -1 : 1))
      .at(-1)?.cash;
    return cash === undefined ? undefined : add(multiply(discounted(scope), ADVANCE_RATE), usd(cash));
  },
  'cov.default_ratio_30': (scope) => ratio(lateFrom(scope, 30), outstanding(scope), 100n),
  'cov.real_default': (scope) => ratio(writtenOff(scope), outstanding(scope) + writtenOff(scope), 100n),
  ...overPayments({
    'cov.collection_efficiency_6m': (scope) => {
      if (monthsOfBook(scope) < 6) return undefined;
      const span = monthsUpTo(scope.period.to, 6);
      return ratio(total(paidIn(scope, span), agreed), total(dueIn(scope, span), agreed), 100n);
    },
  }),
};

function eligible(scope: Scope) {
  return live(scope).filter(({ loan }) => {
    const { currency, principal, term, product } = loanOf(scope, loan);
    return currency === 'USD' && principal <= 10_000_000n && term >= 15 && product === 'factoring';
  });
}

function discounted(scope: Scope): Rational {
  return {
    numerator: total(eligible(scope), ({ outstanding: balance, dpd }) => balance * percentAt(dpd)),
    denominator: 10_000n,
  };
}

function percentAt(dpd: number): bigint {
  if (dpd < 15) return 100n;
  if (dpd < 30) return 85n;
  if (dpd < 60) return 75n;
  return dpd < 90 ? 65n : 0n;
}

/** VAT is not the lender's, and other charges are not in the agreement. */
export function agreed({
  principal,
  interest,
  fees,
}: {
  readonly principal: bigint;
  readonly interest: bigint;
  readonly fees: bigint;
}): bigint {
  return principal + interest + fees;
}
