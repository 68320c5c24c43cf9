import type { Contract } from '../../../shared/contracts/contract.ts';
import { EXAMPLE_ROWS } from '../../../shared/contracts/example-rows.ts';
import { type RawRow, rowJudge } from '../../../shared/contracts/row-schema.ts';

/** The example row of a contract with other cells, and what the contract says about it: `error out-of-range dpd`. */
export function verdictOn(contract: Contract): (change: RawRow) => readonly string[] {
  const judge = rowJudge(contract);
  const example = EXAMPLE_ROWS.get(contract.name);
  return (change) => {
    const verdict = judge({ ...example, ...change });
    const issues = verdict.kind === 'rejected' ? verdict.issues : verdict.remarks;
    return issues.map(({ code, column, severity }) => `${severity} ${code} ${column}`);
  };
}
