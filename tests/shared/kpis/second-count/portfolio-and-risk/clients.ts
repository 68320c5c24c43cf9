import {
  divide,
  multiply,
  type Rational,
  rational,
  subtract,
} from '../../../../../shared/domain/rational.ts';
import type { Balance } from './loan-book-rows.ts';
import {
  type Count,
  count,
  live,
  loanOf,
  monthsUpTo,
  outstanding,
  overRealPayments,
  ratio,
  type Scope,
  total,
} from './scope.ts';

// What the customers are to the house, and how much hangs on few of them.

export const COUNTS_OF_CLIENTS: Readonly<Record<string, Count>> = {
  'client.tier_run_off': (scope) => clientsOfTier(scope, 'RUN_OFF'),
  'client.tier_watchlist': (scope) => clientsOfTier(scope, 'WATCHLIST'),
  'client.tier_top': (scope) => clientsOfTier(scope, 'TOP_CLIENT'),
  'client.tier_standard': (scope) => clientsOfTier(scope, 'STANDARD'),
  'client.nominal_rate': (scope) => inPercent(yearlyRate(scope)),
  'client.monthly_rate': (scope) => inPercent(monthlyRate(scope)),
  'client.effective_rate': (scope) => {
    const monthly = monthlyRate(scope);
    if (monthly === undefined) return undefined;
    const grown = {
      numerator: (monthly.numerator + monthly.denominator) ** 12n,
      denominator: monthly.denominator ** 12n,
    };
    return inPercent(subtract(grown, rational('1')));
  },
  'port.concentration_largest_client': (scope) => {
    const largest = [...clients(scope).values()].map(balanceOf).toSorted(largestFirst)[0];
    return largest === undefined ? undefined : ratio(largest, outstanding(scope), 100n);
  },
  'port.concentration_top_10pct_loans': (scope) => largestLoans(scope, 10n),
  'port.concentration_top_3pct_loans': (scope) => largestLoans(scope, 3n),
  'port.concentration_top_1pct_loans': (scope) => largestLoans(scope, 1n),
  'port.payor_concentration': (scope) => {
    const payers = [...payerBalances(scope).values()].toSorted(largestFirst);
    return ratio(sum(payers.slice(0, 10)), sum(payers), 100n);
  },
  'port.payor_coverage': (scope) => ratio(sum([...payerBalances(scope).values()]), outstanding(scope), 100n),
  ...overRealPayments({
    'port.payor_cash_concentration': (scope) => {
      const { from, to } = monthsUpTo(scope.period.to, 12);
      const paid = scope.rows.realPayments.filter(({ day }) => day >= from && day <= to);
      const payers = [...Map.groupBy(paid, ({ payer }) => payer).values()]
        .map((payments) => total(payments, ({ cash }) => cash))
        .toSorted(largestFirst);
      return ratio(sum(payers.slice(0, 10)), sum(payers), 100n);
    },
  }),
  'port.line_size': (scope) => {
    const lines = new Set(live(scope).map(({ loan }) => lineOf(loan)));
    const mean = ratio(outstanding(scope), BigInt(lines.size));
    return mean && multiply(mean, rational('0.01'));
  },
};

/** By customer, who counts once whatever company lent. */
function clients(scope: Scope): ReadonlyMap<string, readonly Balance[]> {
  return Map.groupBy(live(scope), ({ loan }) => loanOf(scope, loan).customer);
}

export function balanceByClient(scope: Scope): ReadonlyMap<string, bigint> {
  return new Map([...clients(scope)].map(([customer, loans]) => [customer, balanceOf(loans)]));
}

function clientsOfTier(scope: Scope, tier: string): Rational {
  const whole = outstanding({ ...scope, has: () => true });
  return count([...clients(scope).values()].filter((loans) => tierOf(loans, whole) === tier));
}

function tierOf(loans: readonly Balance[], whole: bigint): string {
  const balance = balanceOf(loans);
  if (balanceOf(loans.filter(({ dpd }) => dpd >= 90)) * 10n >= balance) return 'RUN_OFF';
  if (loans.some(({ dpd }) => dpd >= 60)) return 'WATCHLIST';
  return balance * 20n >= whole ? 'TOP_CLIENT' : 'STANDARD';
}

export function yearlyRate(scope: Scope): Rational | undefined {
  const weighted = live(scope).map((balance) =>
    multiply(loanOf(scope, balance.loan).rate, rational(balance.outstanding)),
  );
  const sumOfRates = weighted.reduce(
    (a, b) => ({
      numerator: a.numerator * b.denominator + b.numerator * a.denominator,
      denominator: a.denominator * b.denominator,
    }),
    rational('0'),
  );
  return divide(sumOfRates, rational(outstanding(scope)));
}

function monthlyRate(scope: Scope): Rational | undefined {
  const yearly = yearlyRate(scope);
  return yearly && { numerator: yearly.numerator, denominator: 12n * yearly.denominator };
}

function inPercent(fraction: Rational | undefined): Rational | undefined {
  return fraction && multiply(fraction, rational('100'));
}

function largestLoans(scope: Scope, percent: bigint): Rational | undefined {
  const amounts = live(scope)
    .map((balance) => balance.outstanding)
    .toSorted(largestFirst);
  const roundedUp = (BigInt(amounts.length) * percent + 99n) / 100n;
  return ratio(sum(amounts.slice(0, Number(roundedUp))), outstanding(scope), 100n);
}

/** Of customers whose payer is known on the day: the one of the table, else the one who paid last. */
function payerBalances(scope: Scope): ReadonlyMap<string, bigint> {
  const { payorMap, realPayments } = scope.rows;
  const day = scope.period.to;
  const sums = new Map<string, bigint>();
  for (const [customer, loans] of clients(scope)) {
    const named = payorMap
      .filter((row) => row.customer === customer && row.since <= day)
      .toSorted((a, b) => (a.since < b.since ? -1 : 1))
      .at(-1)?.payer;
    const last = realPayments
      .filter((payment) => payment.customer === customer && payment.day <= day)
      .toSorted((a, b) => (a.day < b.day ? -1 : 1))
      .at(-1)?.payer;
    const payer = named ?? last;
    if (payer !== undefined) sums.set(payer, (sums.get(payer) ?? 0n) + balanceOf(loans));
  }
  return sums;
}

/** What the ids of the draws of a line have in common. */
function lineOf(loan: string): string {
  return loan.slice(0, loan.lastIndexOf('-'));
}

function balanceOf(loans: readonly Balance[]): bigint {
  return total(loans, (balance) => balance.outstanding);
}

function sum(amounts: readonly bigint[]): bigint {
  return total(amounts, (amount) => amount);
}

function largestFirst(a: bigint, b: bigint): number {
  return a > b ? -1 : Number(a < b);
}
