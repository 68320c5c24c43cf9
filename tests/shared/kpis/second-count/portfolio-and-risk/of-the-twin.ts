import type { Rational } from '../../../../../shared/domain/rational.ts';
import { balanceByClient, yearlyRate } from './clients.ts';
import { agreed } from './covenants.ts';
import type { Balance } from './loan-book-rows.ts';
import { lateFrom, newWriteOffs, opening, writtenOff } from './risk.ts';
import {
  balances,
  type Count,
  count,
  daysUpTo,
  dueIn,
  live,
  ofPart,
  outstanding,
  overPayments,
  paidIn,
  ratio,
  type Scope,
  total,
  usd,
} from './scope.ts';

// KPIs that the twin computes as well. It knows neither their parts nor their quarters, which are counted here.

export const COUNTS_OF_THE_TWIN: Readonly<Record<string, Count>> = {
  'port.outstanding': (scope) => usd(outstanding(scope)),
  'port.active_loans': (scope) => count(live(scope)),
  'port.active_clients': (scope) => count([...balanceByClient(scope).keys()]),
  'port.written_off': (scope) => usd(writtenOff(scope)),
  'port.written_off_loans': (scope) => count(balances(scope).filter(({ isWrittenOff }) => isWrittenOff)),
  'port.concentration_top10_clients': (scope) =>
    ratio(
      total(largestFirst(scope).slice(0, 10), (balance) => balance),
      outstanding(scope),
      100n,
    ),
  'port.hhi': (scope) =>
    ratio(
      total(largestFirst(scope), (balance) => balance ** 2n),
      outstanding(scope) ** 2n,
      10_000n,
    ),
  'price.weighted_apr': yearlyRate,
  'risk.par_7': (scope) => par(scope, 7),
  'risk.par_30': (scope) => par(scope, 30),
  'risk.par_60': (scope) => par(scope, 60),
  'risk.par_90': (scope) => par(scope, 90),
  'risk.par_7_incl_writeoff': (scope) => parWithWriteOffs(scope, 7),
  'risk.par_30_incl_writeoff': (scope) => parWithWriteOffs(scope, 30),
  'risk.par_60_incl_writeoff': (scope) => parWithWriteOffs(scope, 60),
  'risk.par_90_incl_writeoff': (scope) => parWithWriteOffs(scope, 90),
  'risk.write_off_rate': (scope) =>
    ratio(total(pastsWithin(scope), newWriteOffs), total(pastsWithin(scope), opening), 100n),
  'risk.roll_rate_30': (scope) => {
    const late = outcomes(scope).filter(({ before }) => before.dpd >= 30 && before.dpd < 60);
    const rolled = late.filter(
      ({ after }) =>
        after !== undefined && (after.isWrittenOff || (after.outstanding > 0n && after.dpd >= 60)),
    );
    return ratio(total(rolled, balanceBefore), total(late, balanceBefore), 100n);
  },
  'risk.cure_rate': (scope) => {
    const late = outcomes(scope).filter(({ before }) => before.dpd >= 30);
    const cured = late.filter(({ after }) => after === undefined || (!after.isWrittenOff && after.dpd < 30));
    return ratio(total(cured, balanceBefore), total(late, balanceBefore), 100n);
  },
  'risk.rdr_90': recoveredDefaults,
  ...overPayments({
    'risk.collection_rate': (scope) =>
      ratio(total(paidIn(scope, daysUpTo(scope.period.to, 30)), agreed), 30n * outstanding(scope), 100n),
    'risk.collection_efficiency': (scope) => {
      const [collected, due] = collectedAndDue(scope);
      return ratio(collected, due, 100n);
    },
    'risk.portfolio_health': (scope) => {
      const [collected, due] = collectedAndDue(scope);
      const kept = collected < 0n ? 0n : collected < due ? collected : due;
      return ratio(10n * (outstanding(scope) - lateFrom(scope, 30)) * kept, outstanding(scope) * due);
    },
  }),
};

function largestFirst(scope: Scope): readonly bigint[] {
  return [...balanceByClient(scope).values()].toSorted((a, b) => (a > b ? -1 : Number(a < b)));
}

function par(scope: Scope, days: number): Rational | undefined {
  return ratio(lateFrom(scope, days), outstanding(scope), 100n);
}

function parWithWriteOffs(scope: Scope, days: number): Rational | undefined {
  const lost = writtenOff(scope);
  return ratio(lateFrom(scope, days) + lost, outstanding(scope) + lost, 100n);
}

function collectedAndDue(scope: Scope): readonly [bigint, bigint] {
  return [total(paidIn(scope, scope.period), agreed), total(dueIn(scope, scope.period), agreed)];
}

/** A quarter is told month by month. */
function pastsWithin(scope: Scope): readonly Scope[] {
  return scope.periods.flatMap((period, index) =>
    period.to < scope.period.from ? [] : [{ ...scope, period, periods: scope.periods.slice(0, index + 1) }],
  );
}

type Outcome = { readonly before: Balance; readonly after: Balance | undefined };

/** Of each loan that was live and late by thirty days or more a period ago, what it is now. */
function outcomes(scope: Scope): readonly Outcome[] {
  return pastsWithin(scope).flatMap((past) => {
    const previous = past.periods.at(-2);
    if (previous === undefined) return [];
    const now = new Map(balances(past).map((balance) => [balance.loan, balance]));
    return ofPart(past, past.balancesOf(previous))
      .filter(({ outstanding: balance, dpd }) => balance > 0n && dpd >= 30)
      .map((before) => ({ before, after: now.get(before.loan) }));
  });
}

function balanceBefore({ before }: Outcome): bigint {
  return before.outstanding;
}

/** By the first month end at which a loan was seen ninety days late. */
function recoveredDefaults(scope: Scope): Rational | undefined {
  const peaks = new Map<string, bigint>();
  for (const month of scope.months) {
    for (const balance of ofPart(scope, scope.balancesOf(month))) {
      if (balance.dpd >= 90 && !peaks.has(balance.loan)) peaks.set(balance.loan, owed(balance));
    }
  }
  const now = new Map(balances(scope).map((balance) => [balance.loan, owed(balance)]));
  const recovered = [...peaks].map(([loan, peak]) => peak - (now.get(loan) ?? 0n));
  return ratio(
    total(recovered, (amount) => (amount > 0n ? amount : 0n)),
    total([...peaks.values()], (peak) => peak),
    100n,
  );
}

function owed(balance: Balance): bigint {
  return balance.outstanding + balance.writtenOff;
}
