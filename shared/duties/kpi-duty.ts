import { findAnomalies } from '../kpis/anomalies.ts';
import type { NewestNumbers } from '../pipeline/newest-mart.ts';
import { kpiRows } from '../publishing/kpi-row.ts';
import { proofOf } from '../publishing/proof.ts';
import { freshnessOf } from '../publishing/report-model.ts';
import type { Duty } from './daily-duties.ts';

const MOST_DETAILS = 12;

/** Whether the newest numbers are where they are expected: within their limits, and proved. */
export function kpiDuty(newest: NewestNumbers | undefined): Duty {
  if (newest === undefined)
    return { duty: 'kpis', verdict: 'look', sentence: 'There are no numbers yet.', details: [] };
  const { run, mart } = newest;
  const rows = kpiRows(mart);
  const count = (wanted: string): number => rows.filter(({ status }) => status === wanted).length;
  const within = rows.filter(({ status, limits }) => status === 'ok' && limits !== undefined).length;
  const unusual = findAnomalies(mart).filter(({ kind }) => kind !== 'threshold');
  const proof = proofOf(mart.parity);
  const outside = (['critical', 'warning'] as const).flatMap((wanted) =>
    rows.filter(({ status }) => status === wanted).map(({ sentence }) => `${sentence}.`),
  );
  const details = [
    ...outside,
    ...(proof.isProved ? [] : [proof.sentence]),
    ...(unusual.length === 0 ? [] : [`${unusual.length} moves or levels are out of the ordinary.`]),
  ];
  const more = details.length - MOST_DETAILS;
  const standing = [
    `${count('critical')} critical`,
    `${count('warning')} warnings`,
    `${within} within their limits`,
    `${count('not-computable')} without a value`,
  ];
  return {
    duty: 'kpis',
    verdict: details.length === 0 ? 'fine' : 'look',
    sentence: `${freshnessOf(mart).sentence}, computed ${run.succeededAt ?? 'at a time that is not known'}: ${standing.join(', ')}.`,
    details: more > 0 ? [...details.slice(0, MOST_DETAILS), `… and ${more} more.`] : details,
  };
}
