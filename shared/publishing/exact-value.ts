import { divide, multiply, type Rational, rational, toDecimal } from '../domain/rational.ts';
import type { KpiResult } from '../kpis/kpi-result.ts';

// What a metric multiplies its quotient by: nothing, 100 for a percent, 10,000 for an index of squared shares.
const SCALES = [rational(1), rational(100), rational(10_000)];

/**
 * The value of a KPI as an exact fraction, or undefined when it has none. The recorded value is cut after ten
 * decimals; where it abbreviates the quotient of numerator and denominator, the quotient itself is used. A metric
 * that is more than a division (an annualised rate, a clamped index) keeps its recorded value.
 */
export function exactValueOf(
  kpi: Pick<KpiResult, 'value' | 'numerator' | 'denominator'>,
): Rational | undefined {
  if (kpi.value === null) return undefined;
  const { value } = kpi;
  const quotient = quotientOf(kpi);
  const candidates = quotient ? SCALES.map((scale) => multiply(quotient, scale)) : [];
  return candidates.find((candidate) => toDecimal(candidate, decimalsOf(value)) === value) ?? rational(value);
}

/** A result of the whole book, not of one product or segment. */
export function isTotal(kpi: Pick<KpiResult, 'dimension'>): boolean {
  return Object.keys(kpi.dimension).length === 0;
}

function quotientOf(kpi: Pick<KpiResult, 'numerator' | 'denominator'>): Rational | undefined {
  if (kpi.numerator === null || kpi.denominator === null) return undefined;
  return divide(rational(kpi.numerator), rational(kpi.denominator));
}

function decimalsOf(decimal: string): number {
  return decimal.split('.')[1]?.length ?? 0;
}
