import { divide, multiply, rational } from '../../../../../shared/domain/rational.ts';
import type { Balance } from './loan-book-rows.ts';
import { rebuiltBalances } from './rebuilt-balances.ts';
import {
  balances,
  type Count,
  count,
  live,
  loanOf,
  ofPart,
  outstanding,
  ratio,
  type Scope,
  total,
  usd,
} from './scope.ts';

// How late the portfolio is, and what is lost of it.

export const COUNTS_OF_RISK: Readonly<Record<string, Count>> = {
  'risk.npl_90': (scope) => ratio(lateFrom(scope, 90), outstanding(scope), 100n),
  'risk.npl_180': (scope) => ratio(writtenOff(scope), outstanding(scope) + writtenOff(scope), 100n),
  'risk.delinquency_by_count_30': (scope) => shareOfLoans(scope, 30),
  'risk.delinquency_by_count_90': (scope) => shareOfLoans(scope, 90),
  'risk.average_dpd': (scope) =>
    ratio(
      total(live(scope), ({ dpd }) => BigInt(dpd)),
      BigInt(live(scope).length),
    ),
  'risk.exposure': (scope) => usd(outstanding(scope)),
  'risk.bucket_0_7': (scope) => usd(outstanding(scope) - lateFrom(scope, 7)),
  'risk.bucket_7_30': (scope) => usd(between(scope, 7, 30)),
  'risk.bucket_30_60': (scope) => usd(between(scope, 30, 60)),
  'risk.bucket_60_90': (scope) => usd(between(scope, 60, 90)),
  'risk.bucket_90_plus': (scope) => usd(lateFrom(scope, 90)),
  'risk.bucket_120_plus': (scope) => usd(lateFrom(scope, 120)),
  'risk.cdr': constantDefaultRate,
  'risk.ecl': (scope) => (covered(scope).length === 0 ? undefined : expectedLoss(scope)),
  'risk.ecl_uncovered': (scope) =>
    usd(
      outstanding(scope) -
        total(
          covered(scope).map(([balance]) => balance),
          (balance) => balance.outstanding,
        ),
    ),
  'risk.ecl_coverage': (scope) => {
    const secured = total(covered(scope), ([balance]) => balance.outstanding);
    const share = divide(expectedLoss(scope), usd(secured));
    return share && multiply(share, rational('100'));
  },
  'dq.par_rebuild_differences': (scope) => (isComparable(scope) ? count(differences(scope)) : undefined),
  'dq.par_rebuild_amount': (scope) =>
    isComparable(scope) ? usd(total(differences(scope), (amount) => amount)) : undefined,
  'uw.wa_ltv': weightedLoanToValue,
};

export function lateFrom(scope: Scope, days: number): bigint {
  return total(
    live(scope).filter(({ dpd }) => dpd >= days),
    (balance) => balance.outstanding,
  );
}

export function writtenOff(scope: Scope): bigint {
  return total(balances(scope), (balance) => balance.writtenOff);
}

function between(scope: Scope, from: number, under: number): bigint {
  return lateFrom(scope, from) - lateFrom(scope, under);
}

function shareOfLoans(scope: Scope, days: number) {
  const late = live(scope).filter(({ dpd }) => dpd >= days);
  return ratio(BigInt(late.length), BigInt(live(scope).length), 100n);
}

/** The share that was written off in a month, taken twelve times over. */
function constantDefaultRate(scope: Scope) {
  const [before, lost] = [opening(scope), newWriteOffs(scope)];
  return ratio(before ** 12n - (before - lost) ** 12n, before ** 12n, 100n);
}

/** What was outstanding at the end of the period before. */
export function opening(scope: Scope): bigint {
  return total(periodBefore(scope), (balance) => balance.outstanding);
}

/** What is written off and was not then. */
export function newWriteOffs(scope: Scope): bigint {
  if (scope.periods.length < 2) return 0n;
  const before = new Set(
    periodBefore(scope)
      .filter(({ isWrittenOff }) => isWrittenOff)
      .map(({ loan }) => loan),
  );
  const now = balances(scope).filter(({ loan, isWrittenOff }) => isWrittenOff && !before.has(loan));
  return total(now, (balance) => balance.writtenOff);
}

function periodBefore(scope: Scope): readonly Balance[] {
  const previous = scope.periods.at(-2);
  return previous === undefined ? [] : ofPart(scope, scope.balancesOf(previous));
}

/** Live loans whose customer's segment and line have parameters. */
function covered(scope: Scope) {
  return live(scope).flatMap((balance) => {
    const customer = scope.rows.customers.get(loanOf(scope, balance.loan).customer);
    const found = scope.rows.riskParameters.find(
      ({ segment, line }) => segment === customer?.segment && line === customer.line,
    );
    return found === undefined ? [] : [[balance, found.factor] as const];
  });
}

function expectedLoss(scope: Scope) {
  return covered(scope)
    .map(([balance, factor]) => multiply(usd(balance.outstanding), factor))
    .reduce(
      (a, b) => ({
        numerator: a.numerator * b.denominator + b.numerator * a.denominator,
        denominator: a.denominator * b.denominator,
      }),
      rational('0'),
    );
}

/** A PAR file may know of more days than the payments. */
function isComparable({ period, paidUpTo }: Scope): boolean {
  return period.to <= paidUpTo;
}

/** Of each loan that differs between the PAR file and the rebuilt balances, by how much. */
function differences(scope: Scope): readonly bigint[] {
  const { label, to } = scope.period;
  const inFile = new Map((scope.rows.parFile.get(label) ?? []).map((balance) => [balance.loan, balance]));
  const rebuilt = new Map(rebuiltBalances(scope.rows, to).map((balance) => [balance.loan, balance]));
  return [...new Set([...inFile.keys(), ...rebuilt.keys()])].flatMap((loan) => {
    const [a, b] = [inFile.get(loan), rebuilt.get(loan)];
    return a !== undefined && b !== undefined && isSame(a, b)
      ? []
      : [distance(a?.outstanding, b?.outstanding) + distance(a?.writtenOff, b?.writtenOff)];
  });
}

function isSame(a: Balance, b: Balance): boolean {
  return (
    a.dpd === b.dpd &&
    a.isWrittenOff === b.isWrittenOff &&
    a.outstanding === b.outstanding &&
    a.writtenOff === b.writtenOff
  );
}

function distance(a = 0n, b = 0n): bigint {
  return a > b ? a - b : b - a;
}

const TEN_DECIMALS = 10n ** 10n;

function weightedLoanToValue(scope: Scope) {
  const known = scope.rows.collateral.filter(({ appraised }) => appraised <= scope.period.to);
  const values = Map.groupBy(known, ({ loan }) => loan);
  const secured = live(scope).flatMap((balance) => {
    const value = total(values.get(balance.loan) ?? [], ({ appraisal }) => appraisal);
    return value > 0n ? [{ balance: balance.outstanding, value }] : [];
  });
  const weighted = total(secured, ({ balance, value }) => balance * rounded(balance * TEN_DECIMALS, value));
  return ratio(weighted, TEN_DECIMALS * total(secured, ({ balance }) => balance), 100n);
}

/** A quotient of positive numbers, half up. */
export function rounded(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}
