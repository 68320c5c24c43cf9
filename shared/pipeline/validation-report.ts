import type { Contract } from '../contracts/contract.ts';
import { formatScaled, toDecimal } from '../domain/rational.ts';
import type { ValidationReport } from '../runs/documents.ts';
import { quarantinePath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { Unusable, Usable } from './read-snapshot.ts';
import type { SnapshotIntake } from './snapshot-intake.ts';

/** The verdict on a file. It holds no clock time: the same file gives the same report. */
export function validationReport(
  run: RunRecord,
  contract: Contract,
  read: Usable | Unusable,
): ValidationReport {
  const { intake, rows } = read;
  const verdict = read.kind === 'unusable' ? 'rejected' : intake.rejected > 0 ? 'quarantined' : 'accepted';
  const share = { numerator: BigInt(intake.rejected), denominator: BigInt(Math.max(rows, 1)) };
  return {
    runId: run.runId,
    dataset: run.dataset,
    contract: contract.name,
    contractVersion: contract.version,
    sourceFile: run.drop.path,
    inputSha256: run.sha256,
    verdict,
    ...(read.kind === 'usable' && { asOf: read.asOf }),
    rows: {
      read: rows,
      accepted: read.kind === 'usable' ? intake.accepted : 0,
      rejected: intake.rejected,
      identicalDuplicates: intake.identicalDuplicates,
    },
    tolerance: { maxRejectedShare: contract.maxRejectedShare, rejectedShare: toDecimal(share, 6) },
    problems: [...read.problems, ...intake.tally.lines()],
    columns: read.columns,
    nulls: intake.nulls,
    controlTotals: read.kind === 'usable' ? shownTotals(contract, intake) : {},
    ...(intake.rejected > 0 && { quarantinePath: quarantinePath(run.runId) }),
  };
}

function shownTotals(contract: Contract, intake: SnapshotIntake): Record<string, string> {
  return Object.fromEntries(
    contract.columns.flatMap(({ name, type, scale }) =>
      type === 'decimal' ? [[name, formatScaled(intake.totals[name] ?? 0n, scale ?? 0)]] : [],
    ),
  );
}
