import { findAnomalies } from '../kpis/anomalies.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { DEPARTMENT_KPIS, STRIP } from './dashboard/views.ts';
import type { KpiRow } from './kpi-row.ts';
import { DOCUMENTS } from './language/language.ts';
import { moversOf } from './movers.ts';
import { type Proof, proofOf } from './proof.ts';
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
  readonly proof: Proof;
};

export type ReportAnomaly = { readonly severity: 'warning' | 'critical'; readonly sentence: string };

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
