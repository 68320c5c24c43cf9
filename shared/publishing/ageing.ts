import type { LocalDate } from '../domain/local-date.ts';
import { compare, divide, multiply, type Rational, rational, subtract } from '../domain/rational.ts';
import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';
import { isTotal } from './exact-value.ts';
import { DOCUMENTS, type Language } from './language/language.ts';

/** The outstanding balance by days past due, or why it cannot be told. */
export type Ageing =
  | { kind: 'known'; reportingDate: LocalDate; total: string; buckets: readonly AgeingBucket[] }
  /** `gap` in the language of the reader; `why` is what the engine says, in English. */
  | { kind: 'unknown'; gap: string; why?: string };

export type AgeingBucket = {
  readonly name: string;
  readonly amount: string;
  readonly share: string;
  /** Share of the outstanding balance in percent, exact. */
  readonly exactShare: Rational;
};

const EDGES = [
  { id: 'risk.par_7', name: 'PAR 7', days: 7 },
  { id: 'risk.par_30', name: 'PAR 30', days: 30 },
  { id: 'risk.par_60', name: 'PAR 60', days: 60 },
  { id: 'risk.par_90', name: 'PAR 90', days: 90 },
];

/**
 * Buckets from the numerators of PAR n (balance n days or more past due) and their common denominator O:
 * O - PAR7, PAR7 - PAR30, PAR30 - PAR60, PAR60 - PAR90, PAR90. They add up to O by construction. Measures that
 * contradict each other give a reason instead of a picture.
 */
export function ageingOf(mart: Pick<KpiMart, 'kpis'>, language: Language = DOCUMENTS): Ageing {
  const found = EDGES.map(({ id }) => mart.kpis.find((kpi) => kpi.id === id && isTotal(kpi)));
  const kpis = found.filter((kpi) => kpi !== undefined);
  const { gap: words } = language.words.chart;
  const unknown = missingEdge(found, words) ?? disagreement(kpis, words);
  const [first] = kpis;
  if (unknown || !first) return unknown ?? { kind: 'unknown', gap: words.zero };

  const outstanding = rational(first.denominator ?? '0');
  const edges = [outstanding, ...kpis.map((kpi) => rational(kpi.numerator ?? '0'))];
  if (outstanding.numerator === 0n) return { kind: 'unknown', gap: words.zero };
  const amounts = edges.map((edge, index) => subtract(edge, edges[index + 1] ?? rational(0)));
  const negative = amounts.findIndex((amount) => compare(amount, rational(0)) < 0);
  if (negative >= 0) return { kind: 'unknown', gap: nestingGap(negative, words) };
  return {
    kind: 'known',
    reportingDate: first.reportingDate,
    total: language.value(outstanding, 'usd', 2),
    buckets: amounts.map((amount, index) =>
      bucket(bucketName(index, language), [amount, outstanding], language),
    ),
  };
}

type Unknown = Extract<Ageing, { kind: 'unknown' }>;
type GapWords = Language['words']['chart']['gap'];

function missingEdge(found: readonly (KpiResult | undefined)[], words: GapWords): Unknown | undefined {
  const index = found.findIndex((kpi) => !kpi || kpi.numerator === null || kpi.denominator === null);
  const edge = EDGES[index];
  if (edge === undefined) return undefined;
  const kpi = found[index];
  if (kpi === undefined) return { kind: 'unknown', gap: words.absent(edge.name) };
  const why = kpi.reason;
  return { kind: 'unknown', gap: words.noValue(edge.name), ...(why !== undefined && { why }) };
}

function disagreement(kpis: readonly KpiResult[], words: GapWords): Unknown | undefined {
  const [first] = kpis;
  const index = kpis.findIndex(
    (kpi) =>
      kpi.reportingDate !== first?.reportingDate ||
      compare(rational(kpi.denominator ?? '0'), rational(first?.denominator ?? '0')) !== 0,
  );
  const [whole, odd] = [EDGES[0], EDGES[index]];
  return whole && odd && { kind: 'unknown', gap: words.notOne(odd.name, whole.name) };
}

function nestingGap(index: number, words: GapWords): string {
  return words.larger(EDGES[index]?.name ?? '', EDGES[index - 1]?.name ?? words.whole);
}

/** The gap and why there is one, for documents, which are in English throughout. */
export function ageingGap({ gap, why }: Unknown): string {
  return why === undefined ? gap : `${gap}: ${why}`;
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
