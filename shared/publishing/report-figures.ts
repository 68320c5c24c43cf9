import { findAnomalies } from '../kpis/anomalies.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { DEPARTMENT_KPIS, STRIP } from './dashboard/views.ts';
import type { KpiRow } from './kpi-row.ts';
import { DOCUMENTS } from './language/language.ts';
import { moversOf } from './movers.ts';
import { showCount } from './show-value.ts';

// What stands at the front of the report, for who has a minute: eight figures, what moved, what is unusual, what each
// department answers for, and whether the figures were proved.

export type ReportFigures = {
  /** Those of the eight that the catalogue has. */
  readonly strip: readonly KpiRow[];
  /** The largest relative changes since the reporting date before. */
  readonly movers: readonly KpiRow[];
  /** Sentences, the critical ones first. */
  readonly anomalies: readonly ReportAnomaly[];
  readonly departments: readonly (readonly [name: string, rows: readonly KpiRow[]])[];
  /** `Proved: 312 values of …` */
  readonly proof: ReportProof;
};

export type ReportAnomaly = { readonly severity: 'warning' | 'critical'; readonly sentence: string };
export type ReportProof = { readonly isProved: boolean; readonly sentence: string };

const MOST_ANOMALIES = 8;

export function reportFigures(mart: KpiMart, rows: readonly KpiRow[]): ReportFigures {
  const named = (ids: readonly string[]): KpiRow[] =>
    ids.flatMap((id) => rows.find((row) => row.id === id) ?? []);
  return {
    strip: named(STRIP),
    movers: moversOf(rows),
    anomalies: anomaliesOf(mart),
    departments: Object.entries(DEPARTMENT_KPIS)
      .map(([department, ids]) => [departmentName(department), named(ids)] as const)
      .filter(([, own]) => own.length > 0),
    proof: proofOf(mart.parity),
  };
}

/** What is outside its limits is a headline already; these are changes and values out of the ordinary. */
function anomaliesOf(mart: KpiMart): ReportAnomaly[] {
  const unusual = findAnomalies(mart).filter(({ kind }) => kind !== 'threshold');
  const shown = (['critical', 'warning'] as const).flatMap((severity) =>
    unusual
      .filter((anomaly) => anomaly.severity === severity)
      .map(({ reason }) => ({ severity, sentence: reason })),
  );
  const more = shown.length - MOST_ANOMALIES;
  if (more <= 0) return shown;
  const sentence = `${showCount(more)} more, in the compliance report of the run.`;
  return [...shown.slice(0, MOST_ANOMALIES), { severity: 'warning', sentence }];
}

function departmentName(department: string): string {
  const known = Object.entries(DOCUMENTS.words.view).find(([view]) => view === department);
  return known?.[1] ?? department;
}

/** Core figures are computed a second time by other code over the same rows. */
function proofOf(parity: KpiMart['parity']): ReportProof {
  if (parity === undefined) {
    return { isProved: false, sentence: 'No figure of this report was computed a second time.' };
  }
  const { checked, mismatches, unproven } = parity;
  const rest = unproven.length === 0 ? '' : ` Nothing proves ${unproven.join(', ')}.`;
  if (mismatches.length === 0) {
    const sentence = `${showCount(checked)} values of core figures were computed a second time by other code, and all agree.${rest}`;
    return { isProved: true, sentence };
  }
  const ids = [...new Set(mismatches.map(({ kpi }) => kpi))].join(', ');
  const sentence = `${showCount(mismatches.length)} of ${showCount(checked)} values of core figures came out otherwise when other code computed them (${ids}). Do not use these.${rest}`;
  return { isProved: false, sentence };
}
