import { compare, type Rational, rational } from '../domain/rational.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import type { KpiStatus } from './kpi-result.ts';

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
