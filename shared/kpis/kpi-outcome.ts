import type { LocalDate } from '../domain/local-date.ts';
import { divide, multiply, rational, toDecimal } from '../domain/rational.ts';
import { asRational, type ExactDecimal, exactDecimalText } from './exact-decimal.ts';
import type { ComputableKpi, KpiDefinition } from './kpi-definition.ts';
import type { BookEntry, KpiResult, PeriodGrain } from './kpi-result.ts';
import { limitsFor, statusOf } from './kpi-status.ts';
import { evaluateMetric } from './metric-expression.ts';
import { unmetRequirement } from './requirement.ts';

// From measures to a result: the only division in the product, and the words when there is nothing to divide by or
// the measures are not the whole truth.

const RATIO_PLACES = 10;

/** Where the measures came from. */
export type KpiSource = {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly asOf: LocalDate;
  readonly reportingDate: LocalDate;
  /** How long the period is that ends with the reporting date. */
  readonly period: PeriodGrain;
  readonly rows: number;
  readonly nulls: number;
  /** Empty for the total. */
  readonly dimension: Readonly<Record<string, string>>;
};

export function computedKpi(
  kpi: ComputableKpi,
  measures: Readonly<Record<string, ExactDecimal>>,
  source: KpiSource,
  book: readonly BookEntry[],
): KpiResult {
  const { metric } = kpi;
  const judged = { direction: kpi.direction, thresholds: limitsFor(kpi, source) };
  const incomplete = unmetRequirement(kpi, measures, book);
  if (incomplete !== undefined) return resultOf(kpi, source, { ...withoutFigures(incomplete), measures });
  const numerator = evaluateMetric(metric.numerator.tree, measures);
  if (!metric.denominator) {
    const value = exactDecimalText(numerator);
    const figures = { value, numerator: value, denominator: null };
    return resultOf(kpi, source, { ...figures, measures, status: statusOf(asRational(numerator), judged) });
  }
  const denominator = evaluateMetric(metric.denominator.tree, measures);
  const figures = { numerator: exactDecimalText(numerator), denominator: exactDecimalText(denominator) };
  const quotient = divide(asRational(numerator), asRational(denominator));
  if (!quotient) {
    const reason = `cannot divide by ${metric.denominator.text}, which is zero on ${source.reportingDate}`;
    return resultOf(kpi, source, { ...figures, measures, value: null, status: 'not-computable', reason });
  }
  const value = multiply(quotient, rational(metric.times ?? 1));
  return resultOf(kpi, source, {
    ...figures,
    measures,
    value: toDecimal(value, RATIO_PLACES),
    status: statusOf(value, judged),
  });
}

/** A KPI whose measures could not be had at all. */
export function uncomputableKpi(
  kpi: KpiDefinition,
  reason: string,
  at: Pick<KpiSource, 'model' | 'inputs' | 'asOf' | 'period'>,
): KpiResult {
  const source = { ...at, reportingDate: at.asOf, rows: 0, nulls: 0, dimension: {} };
  return resultOf(kpi, source, withoutFigures(reason));
}

type Figures = Pick<KpiResult, 'value' | 'numerator' | 'denominator' | 'status' | 'reason'> & {
  readonly measures?: Readonly<Record<string, ExactDecimal>>;
};

function withoutFigures(reason: string): Figures {
  return { value: null, numerator: null, denominator: null, status: 'not-computable', reason };
}

function resultOf(kpi: KpiDefinition, source: KpiSource, figures: Figures): KpiResult {
  const thresholds = limitsFor(kpi, source);
  return {
    id: kpi.id,
    version: kpi.version,
    name: kpi.name,
    asOf: source.asOf,
    reportingDate: source.reportingDate,
    dimension: { ...source.dimension },
    value: figures.value,
    numerator: figures.numerator,
    denominator: figures.denominator,
    unit: kpi.unit,
    precision: kpi.precision,
    status: figures.status,
    ...(figures.reason === undefined ? {} : { reason: figures.reason }),
    owner: kpi.owner,
    direction: kpi.direction,
    ...(kpi.ripens ? { ripens: true as const } : {}),
    ...(thresholds ? { thresholds } : {}),
    model: source.model,
    inputs: [...source.inputs],
    rows: source.rows,
    nulls: source.nulls,
    ...(figures.measures === undefined ? {} : { measures: textOf(figures.measures) }),
  };
}

function textOf(measures: Readonly<Record<string, ExactDecimal>>): Record<string, string> {
  return Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, exactDecimalText(value)]));
}
