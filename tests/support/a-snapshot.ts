import { DatasetId, RunId, Sha256 } from '../../shared/domain/ids.ts';
import { LocalDate } from '../../shared/domain/local-date.ts';
import type { Snapshot } from '../../shared/ports/snapshot-registry.ts';

/** The run id whose last digits are a number: `aRunId(7)` is `run_000000000007`. */
export const aRunId = (number: number): RunId => RunId.parse(`run_${number.toString(16).padStart(12, '0')}`);

/** An accepted snapshot of loans as of 2025-12-10, landed the morning after. */
export function aSnapshot(overrides: Partial<Omit<Snapshot, 'asOf'>> & { asOf?: string } = {}): Snapshot {
  const { asOf = '2025-12-10', ...rest } = overrides;
  const runId = rest.runId ?? aRunId(1);
  const relation = rest.relation ?? 'looker_loans';
  return {
    dataset: DatasetId.parse('looker/loans'),
    relation,
    asOf: LocalDate.parse(asOf),
    sha256: Sha256.parse(runId.slice(4).padStart(64, '0')),
    contractVersion: 1,
    runId,
    attempt: 1,
    stagingPath: `${relation}/as_of=${asOf}/${runId}.parquet`,
    stagedSha256: Sha256.parse(runId.slice(4).padStart(64, 'f')),
    rows: 17_688,
    landedAt: '2025-12-11T06:00:00.000Z',
    ...rest,
  };
}
