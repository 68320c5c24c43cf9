import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';
import type { KpiHistory } from '../ports/kpi-history.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';

const AT_ONCE = 8;

/**
 * The mart with the reporting dates that its own files do not hold: a feed that sends one snapshot at a time
 * has its past in the history. What the mart knows itself is never replaced, and nothing later is added. Only what
 * was read from the same model continues it.
 */
export async function continueSeries(mart: KpiMart, history: Pick<KpiHistory, 'seriesOf'>): Promise<KpiMart> {
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

/**
 * The history as it is read now: each series once, however many marts are continued with it. Several reports of one
 * moment would otherwise ask for the same hundred and more series each.
 */
export function readOnce(history: Pick<KpiHistory, 'seriesOf'>): Pick<KpiHistory, 'seriesOf'> {
  const read = new Map<string, Promise<readonly KpiResult[]>>();
  return {
    seriesOf: (kpi) => {
      const key = `${kpi.id}@${kpi.version} ${kpi.model}`;
      const series = read.get(key) ?? history.seriesOf(kpi);
      read.set(key, series);
      return series;
    },
  };
}
