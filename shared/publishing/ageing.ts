import type { LocalDate } from '../domain/local-date.ts';
import { compare, divide, multiply, type Rational, rational, subtract } from '../domain/rational.ts';
import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';
import { isTotal } from './exact-value.ts';
import { DOCUMENTS, type Language } from './language/language.ts';

/** The outstanding balance by days past due, or why it cannot be told. */
export type Ageing =
  | { kind: 'known'; reportingDate: LocalDate; total: string; buckets: readonly AgeingBucket[] }
  | { kind: 'unknown'; reason: string };

export type AgeingBucket = {
  readonly name: string;
  readonly amount: string;
  readonly share: string;
  /** Share of the outstanding balance in percent, exact. */
  readonly exactShare: Rational;
};

const EDGES = [
  { id: 'risk.par_7', days: 7 },
  { id: 'risk.par_30', days: 30 },
  { id: 'risk.par_60', days: 60 },
  { id: 'risk.par_90', days: 90 },
];

/**
 * Buckets from the numerators of PAR n (balance n days or more past due) and their common denominator O:
 * O - PAR7, PAR7 - PAR30, PAR30 - PAR60, PAR60 - PAR90, PAR90. They add up to O by construction. Measures that
 * contradict each other give a reason instead of a picture.
 */
export function ageingOf(mart: Pick<KpiMart, 'kpis'>, language: Language = DOCUMENTS): Ageing {
  const found = EDGES.map(({ id }) => mart.kpis.find((kpi) => kpi.id === id && isTotal(kpi)));
  const kpis = found.filter((kpi) => kpi !== undefined);
  const gap = missingEdge(found) ?? disagreement(kpis);
  if (gap) return { kind: 'unknown', reason: gap };
  const [first] = kpis;
  if (!first?.denominator) return { kind: 'unknown', reason: 'no outstanding balance was computed' };

  const outstanding = rational(first.denominator);
  const edges = [outstanding, ...kpis.map((kpi) => rational(kpi.numerator ?? '0'))];
  if (outstanding.numerator === 0n) return { kind: 'unknown', reason: 'the outstanding balance is zero' };
  const amounts = edges.map((edge, index) => subtract(edge, edges[index + 1] ?? rational(0)));
  const negative = amounts.findIndex((amount) => compare(amount, rational(0)) < 0);
  if (negative >= 0) return { kind: 'unknown', reason: nestingReason(negative) };
  return {
    kind: 'known',
    reportingDate: first.reportingDate,
    total: language.value(outstanding, 'usd', 2),
    buckets: amounts.map((amount, index) =>
      bucket(bucketName(index, language), [amount, outstanding], language),
    ),
  };
}

function missingEdge(found: readonly (KpiResult | undefined)[]): string | undefined {
  const index = found.findIndex((kpi) => !kpi || kpi.numerator === null || kpi.denominator === null);
  if (index < 0) return undefined;
  const why = found[index]?.reason ?? 'it is not among the computed KPIs';
  return `${EDGES[index]?.id} has no value: ${why}`;
}

function disagreement(kpis: readonly KpiResult[]): string | undefined {
  const [first, ...others] = kpis;
  const odd = others.find(
    (kpi) =>
      kpi.reportingDate !== first?.reportingDate ||
      compare(rational(kpi.denominator ?? '0'), rational(first?.denominator ?? '0')) !== 0,
  );
  return odd && first ? `${odd.id} and ${first.id} do not speak of the same outstanding balance` : undefined;
}

function nestingReason(index: number): string {
  const upper = EDGES[index]?.days;
  const lower = EDGES[index - 1]?.days;
  const whole = lower === undefined ? 'the outstanding balance' : `PAR ${lower}`;
  return `PAR ${upper} is larger than ${whole}, of which it should be a part`;
}

function bucketName(index: number, { words: { chart } }: Language): string {
  const from = EDGES[index - 1]?.days;
  const to = EDGES[index]?.days;
  if (from === undefined) return chart.under(String(to));
  return to === undefined ? chart.orMore(String(from)) : chart.between(String(from), String(to - 1));
}

function bucket(name: string, [amount, whole]: [Rational, Rational], { value }: Language): AgeingBucket {
  const exactShare = divide(multiply(amount, rational(100)), whole) ?? rational(0);
  return { name, amount: value(amount, 'usd', 2), share: value(exactShare, 'percent', 2), exactShare };
}
