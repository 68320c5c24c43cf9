import type { ValidationReport } from '../../../shared/runs/documents.ts';
import { aValidationReport } from '../../support/a-kpi-mart.ts';
import { anExpectationResult } from '../../support/a-quality-entry.ts';

/** The report on a file of which something holds, something does not, and something could not be evaluated. */
export function aJudgedReport(
  text: { about?: string; observed?: string; reason?: string } = {},
): ValidationReport {
  return aValidationReport({
    score: '97.3',
    expectations: [
      anExpectationResult({ ...text }),
      anExpectationResult({
        id: 'fresh',
        about: 'The as-of date is at most 40 days before the file came',
        observed: '45 days',
        failing: 1,
        firstRecords: [],
        code: 'stale-data',
        ...text,
      }),
      anExpectationResult({ id: 'not-null:amount', status: 'passed', failing: 0 }),
      anExpectationResult({
        id: 'orphans',
        about: 'Every loan is on the tape',
        status: 'not-evaluated',
        reason: 'No file of looker/loans is in the book.',
        ...text,
      }),
    ],
  });
}
