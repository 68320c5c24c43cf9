import { DatasetId } from '../../../shared/domain/ids.ts';
import type { DataBreaker } from '../../../shared/expectations/data-breaker.ts';
import type { ContractQuality } from '../../../shared/pipeline/data-quality.ts';
import type { QualityEntry } from '../../../shared/ports/quality-log.ts';
import { aRun } from '../../support/a-kpi-mart.ts';
import { aQualityEntry, aRunId } from '../../support/a-quality-entry.ts';

/** A contract whose newest file is the given one, after a better and a rejected one. */
export function aContractQuality(
  newest: Partial<QualityEntry> = {},
  overrides: Partial<ContractQuality> = {},
): ContractQuality {
  const entry = aQualityEntry({ runId: aRunId(3), landedAt: '2026-01-07T06:30:00.000Z', ...newest });
  const { asOf: _, ...withoutDay } = entry;
  const first = { ...withoutDay, runId: aRunId(1), landedAt: '2026-01-05T06:30:00.000Z', score: '100.0' };
  const second = { ...first, runId: aRunId(2), landedAt: '2026-01-06T06:30:00.000Z', score: '40.0' };
  return {
    newest: entry,
    files: [first, { ...second, verdict: 'block' }, entry],
    isReference: false,
    isOneOfSeveral: false,
    run: aRun({ runId: entry.runId, dataset: entry.dataset }),
    ...overrides,
  };
}

/** The breaker of the loans, open after three bad runs. */
export function anOpenBreaker(overrides: Partial<DataBreaker & { status: 'open' }> = {}): DataBreaker {
  return {
    name: `data:${DatasetId.parse('looker/loans')}`,
    status: 'open',
    openedAt: '2026-01-03T10:00:00.000Z',
    badInARow: 3,
    reason: `3 bad runs in a row, the last one ${aRunId(9)}. Column disburse_principal is missing.`,
    lastRuns: [],
    ...overrides,
  };
}
