import { compare, type Rational, rational } from '../domain/rational.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import type { KpiResult, KpiStatus, PeriodGrain } from './kpi-result.ts';

/** The limits that the figure of a period is held against: none where they are those of another. */
export function limitsFor(
  { thresholds, thresholdsOf }: Pick<KpiDefinition, 'thresholds' | 'thresholdsOf'>,
  { period, asOf, reportingDate }: Pick<KpiResult, 'asOf' | 'reportingDate'> & { period: PeriodGrain },
): KpiDefinition['thresholds'] {
  const isHeld = {
    'any-period': true,
    months: period === 'month',
    'whole-months': period === 'month' && asOf >= reportingDate,
  };
  return isHeld[thresholdsOf] ? thresholds : undefined;
}

/**
 * Compares the unrounded value with the limits. Exactly on a limit is still the better status: PAR 30 of 8 %
 * is a warning, and any fraction above it is critical.
 */
export function statusOf(
  value: Rational,
  { direction, thresholds }: Pick<KpiDefinition, 'direction' | 'thresholds'>,
): Exclude<KpiStatus, 'not-computable'> {
  if (!thresholds) return 'ok';
  const isWorseThan = (limit: string) => {
    const order = compare(value, rational(limit));
    return direction === 'higher-is-better' ? order < 0 : order > 0;
  };
  if (thresholds.critical !== undefined && isWorseThan(thresholds.critical)) return 'critical';
  return isWorseThan(thresholds.warning) ? 'warning' : 'ok';
}
