import type { KpiMart } from '../kpis/kpi-result.ts';
import type { ValidationReport } from '../runs/documents.ts';
import type { RunRecord } from '../runs/run-record.ts';

// What the report and the dashboard are made of. Rendering is a pure function of it.

export type ReportInput = {
  mart: KpiMart;
  run: RunRecord;
  validation: ValidationReport;
  /** Git revision and versions of the engines, for the provenance block. */
  revision: string;
};
