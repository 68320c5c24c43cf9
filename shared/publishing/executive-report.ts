import type { KpiMart } from '../kpis/kpi-result.ts';
import type { RolledBackFile } from '../pipeline/rolled-back-files.ts';
import type { ValidationReport } from '../runs/documents.ts';
import type { RunRecord } from '../runs/run-record.ts';

// What the report is made of. Rendering is a pure function of it.

export type ReportInput = {
  mart: KpiMart;
  run: RunRecord;
  /** Of the run's own file. */
  validation: ValidationReport;
  /** Of the other snapshots in the book: the numbers are no better than the worst of them. */
  others: readonly ValidationReport[];
  /** Files that would be in the book, had nobody rolled them back. */
  rolledBack?: readonly RolledBackFile[];
  /** Git revision of the code. */
  revision: string;
};
