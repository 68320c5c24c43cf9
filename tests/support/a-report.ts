import type { ReportInput } from '../../shared/publishing/executive-report.ts';
import { aKpiMart, aRun, aValidationReport } from './a-kpi-mart.ts';

export function aReportInput(overrides: Partial<ReportInput> = {}): ReportInput {
  return {
    mart: aKpiMart(),
    run: aRun(),
    validation: aValidationReport(),
    others: [],
    revision: '646e537, DuckDB 1.5.6',
    ...overrides,
  };
}

/** The same report with one text in every place that a file, a contract or a catalogue can name. */
export function aReportWithText(text: string): ReportInput {
  const { mart, run, validation } = aReportInput();
  return {
    mart: {
      ...mart,
      kpis: mart.kpis.map((kpi) => ({
        ...kpi,
        name: text,
        owner: text,
        model: text,
        ...(kpi.reason && { reason: text }),
      })),
    },
    run: { ...run, contract: text },
    validation: {
      ...validation,
      sourceFile: text,
      problems: validation.problems.map((problem) => ({ ...problem, message: text })),
      columns: { unexpected: [text], missingOptional: [text] },
    },
    others: [],
    revision: text,
  };
}
