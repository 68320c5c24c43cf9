import type { Contract } from '../../shared/contracts/contract.ts';
import type { SnapshotIntake } from '../../shared/pipeline/snapshot-intake.ts';
import type { Found } from '../measurement.ts';
import { sumOf } from './bench-contract.ts';

export function foundBy(intake: SnapshotIntake, contract: Contract): Found {
  const violations = intake.tally
    .all()
    .filter(({ severity }) => severity === 'error')
    .reduce((sum, { count }) => sum + count, 0);
  return {
    rows: intake.records,
    badRows: intake.rejected,
    violations,
    centsSum: sumOf(intake.totals, contract),
  };
}
