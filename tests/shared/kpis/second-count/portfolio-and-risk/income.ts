import { multiply, type Rational, rational } from '../../../../../shared/domain/rational.ts';
import { agreed } from './covenants.ts';
import type { Amounts, Loan } from './loan-book-rows.ts';
import { rounded } from './risk.ts';
import {
  type Count,
  count,
  daysBetween,
  dueIn,
  live,
  loanOf,
  monthsOfBook,
  monthsUpTo,
  ofPart,
  outstanding,
  overPayments,
  overRealPayments,
  paidIn,
  ratio,
  revenueOf,
  type Scope,
  total,
  usd,
} from './scope.ts';

// What the portfolio brings in, as money and as a rate, and when it is paid.

const SINCE_EVER = '0001-01-01';
const MARKET = 90_000_000_000n;

export const COUNTS_OF_INCOME: Readonly<Record<string, Count>> = {
  'rev.scheduled': (scope) => usd(total(dueIn(scope, scope.period), scheduledRevenue)),
  'rev.cumulative_scheduled': (scope) => usd(total(dueIn(scope, toDate(scope)), scheduledRevenue)),
  'price.weighted_apr_origination': (scope) => {
    const { from, to } = scope.period;
    const lent = [...scope.rows.loans.values()].filter(
      (loan) => scope.has(loan) && loan.disbursed >= from && loan.disbursed <= to,
    );
    return weighted(lent.map((loan) => ({ rate: loan.rate, by: loan.principal })));
  },
  'price.weighted_fee_rate': (scope) =>
    weighted(
      live(scope).map((balance) => {
        const { fees, principal } = loanOf(scope, balance.loan);
        return { rate: toSixDecimals(fees, principal), by: balance.outstanding };
      }),
    ),
  'price.weighted_origination_fee_rate': originationFeeRate,
  ...overPayments({
    'rev.revenue': (scope) => usd(total(paidIn(scope, scope.period), revenueOf)),
    'rev.recurrence_pct': (scope) => {
      const paid = paidIn(scope, scope.period);
      return ratio(
        total(paid, ({ interest }) => interest),
        total(paid, revenueOf),
        100n,
      );
    },
    'rev.cumulative_received': (scope) => usd(total(paidIn(scope, toDate(scope)), revenueOf)),
    'rev.throughput_12m': (scope) => (isYearOld(scope) ? usd(throughput(scope)) : undefined),
    'rev.rotation': (scope) => (isYearOld(scope) ? ratio(throughput(scope), outstanding(scope)) : undefined),
    'rev.sam_penetration': (scope) => (isYearOld(scope) ? ratio(throughput(scope), MARKET) : undefined),
    'rev.apr_realised': (scope) => ofMeanBalance(scope, ({ interest }) => interest),
    'rev.yield_incl_fees': (scope) => ofMeanBalance(scope, revenueOf),
    'price.other_income_rate': (scope) =>
      ratio(
        total(paidIn(scope, scope.period), ({ fees, other }) => fees + other),
        outstanding(scope),
      ),
    'price.effective_rate': (scope) =>
      ratio(total(paidIn(scope, scope.period), revenueOf), outstanding(scope)),
    'price.eir_real': (scope) =>
      poolRate(
        repaidLoans(scope),
        scope.rows.payments.filter(({ day }) => day <= scope.period.to),
      ),
    'price.eir_scheduled': (scope) => poolRate(repaidLoans(scope), scope.rows.dues),
    'risk.collection_efficiency_due': (scope) => {
      const due = dueIn(scope, scope.period);
      return ratio(
        total(due, (instalment) => paidOn(scope, instalment)),
        total(due, agreed),
        100n,
      );
    },
  }),
  ...overRealPayments({
    'timing.early': (scope) => shareOfTimed(scope, 'Prepayment'),
    'timing.on_time': (scope) => shareOfTimed(scope, 'On Time'),
    'timing.late': (scope) => shareOfTimed(scope, 'Late'),
    'timing.rebates': (scope) => count(realPayments(scope, 'Rebate Credit')),
  }),
};

function toDate({ period }: Scope) {
  return { from: SINCE_EVER, to: period.to };
}

function scheduledRevenue({ interest, fees }: Amounts): bigint {
  return interest + fees;
}

/** Of all that a loan has paid by the day of the book, what is left for an instalment after those before it. */
function paidOn(scope: Scope, instalment: Amounts): bigint {
  const ofLoan = scope.rows.dues.filter(({ loan }) => loan === instalment.loan);
  const paid = total(
    scope.rows.payments.filter(({ loan, day }) => loan === instalment.loan && day <= scope.asOf),
    agreed,
  );
  const left = paid - total(ofLoan.slice(0, ofLoan.indexOf(instalment)), agreed);
  const isLast = ofLoan.at(-1) === instalment;
  const due = agreed(instalment);
  if (left < 0n) return 0n;
  return isLast || left < due ? left : due;
}

function isYearOld(scope: Scope): boolean {
  return monthsOfBook(scope) >= 12;
}

function throughput(scope: Scope): bigint {
  return total(paidIn(scope, monthsUpTo(scope.period.to, 12)), ({ principal }) => principal);
}

function ofMeanBalance(scope: Scope, amount: (paid: Amounts) => bigint): Rational | undefined {
  const year = scope.months.slice(-12);
  if (year.length < 12) return undefined;
  const sumOfBalances = year
    .map((month) => total(ofPart(scope, scope.balancesOf(month)), (balance) => balance.outstanding))
    .reduce((a, b) => a + b, 0n);
  return ratio(12n * total(paidIn(scope, monthsUpTo(scope.period.to, 12)), amount), sumOfBalances);
}

/** From the loan data alone, which knows the balance of its day; more than 180 days late is written off. */
function originationFeeRate({ rows }: Scope): Rational | undefined {
  const loans = Map.groupBy(rows.draws, ({ bareLoan, customer }) => `${bareLoan} ${customer}`);
  return weighted(
    [...loans.values()].map((draws) => ({
      rate: toSixDecimals(
        total(draws, ({ feeAndTax }) => feeAndTax),
        total(draws, ({ amount }) => amount),
      ),
      by: total(draws, ({ outstanding, dpd }) => (dpd > 180 ? 0n : outstanding)),
    })),
  );
}

function toSixDecimals(numerator: bigint, denominator: bigint): Rational {
  return { numerator: rounded(numerator * 1_000_000n, denominator), denominator: 1_000_000n };
}

function weighted(items: readonly { readonly rate: Rational; readonly by: bigint }[]): Rational | undefined {
  const products = items.map(({ rate, by }) => multiply(rate, rational(by)));
  const sum = products.reduce(
    (a, b) => ({
      numerator: a.numerator * b.denominator + b.numerator * a.denominator,
      denominator: a.denominator * b.denominator,
    }),
    rational('0'),
  );
  return ratio(sum.numerator, sum.denominator * total(items, ({ by }) => by));
}

/** Loans whose principal is repaid, to within two cents of rounding, by a payment of the period. */
function repaidLoans(scope: Scope): readonly Loan[] {
  const payments = Map.groupBy(
    scope.rows.payments.filter(({ day }) => day <= scope.period.to),
    ({ loan }) => loan,
  );
  return [...scope.rows.loans.values()].filter((loan) => {
    let left = loan.principal;
    for (const { principal, day } of payments.get(loan.id) ?? []) {
      left -= principal;
      if (left <= 2n) return day >= scope.period.from;
    }
    return false;
  });
}

/** To six decimals; at such a rate the money that comes is worth what was lent, each day of a loan counted alike. */
function poolRate(loans: readonly Loan[], amounts: readonly Amounts[]): Rational | undefined {
  const pool = new Map(loans.map((loan) => [loan.id, loan]));
  const flows = amounts.flatMap((paid) => {
    const loan = pool.get(paid.loan);
    if (loan === undefined) return [];
    return [
      { days: daysBetween(loan.disbursed, paid.day), amount: Number(paid.principal + revenueOf(paid)) },
    ];
  });
  const lent = Number(total(loans, ({ principal }) => principal));
  const worth = (rate: number) =>
    flows.reduce((sum, { days, amount }) => sum + amount * (1 + rate) ** (-days / 365), -lent);
  let [low, high] = [0, 1e6];
  if (worth(low) <= 0 || worth(high) > 0) return undefined;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (worth(middle) > 0) low = middle;
    else high = middle;
  }
  return rational(low.toFixed(6));
}

function realPayments(scope: Scope, ...statuses: readonly string[]) {
  const { from, to } = scope.period;
  return ofPart(scope, scope.rows.realPayments).filter(
    ({ day, status }) => day >= from && day <= to && statuses.includes(status),
  );
}

function shareOfTimed(scope: Scope, status: string): Rational | undefined {
  const timed = realPayments(scope, 'Prepayment', 'On Time', 'Late');
  return ratio(BigInt(realPayments(scope, status).length), BigInt(timed.length), 100n);
}
