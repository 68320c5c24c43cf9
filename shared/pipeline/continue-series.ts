import type { KpiMart } from '../kpis/kpi-result.ts';
import type { KpiHistory } from '../ports/kpi-history.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';

const AT_ONCE = 8;

/**
 * The mart with the reporting dates that its own files do not hold: a feed that sends one snapshot at a time
 * has its past in the history. What the mart knows itself is never replaced, and nothing later is added. Only what
 * was read from the same model continues it.
 */
export async function continueSeries(mart: KpiMart, history: KpiHistory): Promise<KpiMart> {
  const known = mart.kpis.filter(({ value }) => value !== null);
  const earlier = await severalAtOnce(known, AT_ONCE, async (current) => {
    const own = new Set(
      mart.series.filter(({ id }) => id === current.id).map(({ reportingDate }) => reportingDate),
    );
    const past = await history.seriesOf(current);
    return past.filter(
      ({ reportingDate, asOf }) =>
        reportingDate < current.reportingDate && asOf < current.asOf && !own.has(reportingDate),
    );
  });
  const series = [...earlier.flat(), ...mart.series].sort((a, b) =>
    a.reportingDate < b.reportingDate ? -1 : a.reportingDate > b.reportingDate ? 1 : 0,
  );
  return { ...mart, series };
}
