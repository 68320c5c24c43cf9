import { DatasetId, RunId } from '../../shared/domain/ids.ts';
import { LocalDate } from '../../shared/domain/local-date.ts';
import type { ExpectationResult } from '../../shared/expectations/expectation-result.ts';
import type { QualityEntry } from '../../shared/ports/quality-log.ts';

export function aRunId(n: number): RunId {
  return RunId.parse(`run_${n.toString(16).padStart(12, '0')}`);
}

/** A file that was let on, with a warning on one of its columns. */
export function aQualityEntry(overrides: Partial<QualityEntry> = {}): QualityEntry {
  return {
    runId: aRunId(1),
    attempt: 1,
    dataset: DatasetId.parse('looker/loans'),
    contract: 'loans',
    contractVersion: 1,
    landedAt: '2026-01-05T06:30:00.000Z',
    at: '2026-01-05T06:30:05.600Z',
    asOf: LocalDate.parse('2025-12-31'),
    score: '97.3',
    verdict: 'promote',
    rows: 31_210,
    rejected: 12,
    results: [anExpectationResult()],
    ...overrides,
  };
}

/** Twelve rows with an amount below zero, set aside. */
export function anExpectationResult(overrides: Partial<ExpectationResult> = {}): ExpectationResult {
  return {
    id: 'range:amount',
    about: 'amount is at least 0',
    severity: 'warn',
    status: 'failed',
    observed: '12 of 31,222 rows (0.04 %); set aside in quarantine',
    threshold: 'no row',
    failing: 12,
    firstRecords: [118, 204, 5_077],
    code: 'negative-balance',
    ...overrides,
  };
}
