import { join } from 'node:path';
import { type Contract, contractLabel } from '../contracts/contract.ts';
import { listedNames } from '../contracts/match-header.ts';
import type { LocalDate } from '../domain/local-date.ts';
import type { Problem, ProblemCode } from '../domain/problem.ts';
import { compare, rational, toDecimal } from '../domain/rational.ts';
import type { Clock } from '../ports/clock.ts';
import type { FileReader } from '../ports/file-reader.ts';
import { FileMissing, type Lake } from '../ports/lake.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { ControlTotals, StagingWriter } from '../ports/staging-writer.ts';
import type { ValidationReport } from '../runs/documents.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { dateSnapshot } from './date-snapshot.ts';
import { openQuarantine } from './quarantine-file.ts';
import { SnapshotIntake } from './snapshot-intake.ts';

// Raw bytes -> a staged file on the local disk, or why there is none.

export type ReadSnapshotDeps = {
  lake: Lake;
  reader: FileReader;
  secrets: SecretStore;
  clock: Clock;
  openStagingWriter(contract: Contract, scratchDir: string): Promise<StagingWriter>;
};

/** The decoder and the staged file disagree about a sum: nothing may be published on either. */
export class ControlTotalsDiffer extends Error {
  override readonly name = 'ControlTotalsDiffer';
  /** Read by the ledger, so that the run ends with this code and not with a general one. */
  readonly problemCode: ProblemCode = 'control-totals-differ';
}

export type SnapshotRead = {
  readonly intake: SnapshotIntake;
  readonly rows: number;
  readonly columns: ValidationReport['columns'];
  readonly quarantineFile: string;
  readonly problems: readonly Problem[];
};
export type Usable = SnapshotRead & {
  readonly kind: 'usable';
  readonly asOf: LocalDate;
  readonly stagedFile: string;
};
export type Unusable = SnapshotRead & { readonly kind: 'unusable' };

/** Reads and judges every row of the run's raw file. */
export async function readSnapshot(
  run: RunRecord,
  contract: Contract,
  dir: string,
  deps: ReadSnapshotDeps,
): Promise<Usable | Unusable> {
  const raw = run.rawPath === undefined ? undefined : await deps.lake.open('raw', run.rawPath);
  if (raw === undefined) throw new FileMissing('raw', run.rawPath ?? '(no path)');
  const quarantineFile = join(dir, 'rejected.jsonl');
  await using writer = await deps.openStagingWriter(contract, dir);
  await using quarantine = await openQuarantine(quarantineFile, contract, deps.secrets);
  const intake = new SnapshotIntake(contract, writer, quarantine.write);
  const outcome = await deps.reader.read(raw.body, contract, intake);
  if (outcome.kind === 'read') await intake.settleContradictions();
  await quarantine.close();

  const rows = outcome.kind === 'read' ? outcome.rows : 0;
  const columns =
    outcome.kind === 'read'
      ? {
          unexpected: unexpectedNames(outcome.unexpectedColumns),
          missingOptional: [...outcome.missingOptionalColumns],
        }
      : { unexpected: [], missingOptional: [] };
  const fixed = { intake, rows, columns, quarantineFile };
  if (outcome.kind === 'unreadable') return { kind: 'unusable', ...fixed, problems: outcome.problems };
  const tooMany = aboveTolerance(contract, rows, intake);
  if (tooMany !== undefined) return { kind: 'unusable', ...fixed, problems: [tooMany, ...outcome.notices] };
  const dated = dateSnapshot(run, contract, intake.asOf.find(), deps.clock.now());
  if (!('asOf' in dated)) return { kind: 'unusable', ...fixed, problems: [dated, ...outcome.notices] };

  const stagedFile = join(dir, 'staged.parquet');
  const { rows: stagedRows, totals } = await writer.finish(stagedFile);
  compareTotals(intake, stagedRows, totals);
  const problems = [...quarantined(rows, intake.rejected), ...dated.warnings, ...outcome.notices];
  return { kind: 'usable', ...fixed, problems, asOf: dated.asOf, stagedFile };
}

/** A file may have as many columns as it likes; the report names the first of them. */
function unexpectedNames(names: readonly string[]): string[] {
  const { listed, more } = listedNames(names);
  return more === 0 ? [...listed] : [...listed, `and ${more} more`];
}

function aboveTolerance(contract: Contract, rows: number, intake: SnapshotIntake): Problem | undefined {
  const limit = rational(contract.maxRejectedShare);
  const share = { numerator: BigInt(intake.rejected), denominator: BigInt(Math.max(rows, 1)) };
  if (compare(share, limit) <= 0) return undefined;
  const [worst] = intake.tally.lines();
  const example =
    worst === undefined
      ? ''
      : ` The most frequent: ${worst.message} (${worst.code}, ${worst.count === 1 ? 'once' : `${worst.count} times`}).`;
  return {
    code: 'too-many-bad-rows',
    severity: 'error',
    count: intake.rejected,
    message: `${intake.rejected} of ${rows} rows break contract ${contractLabel(contract)}, which tolerates ${limit.numerator === 0n ? 'none' : `${percent(limit)} %`}.${example} Nothing was promoted. Correct the rows that the validation report lists and drop the file again.`,
  };
}

/** The file is taken in, but not all of it: whoever dropped it should know what that means. */
function quarantined(rows: number, rejected: number): Problem[] {
  if (rejected === 0) return [];
  const [were, are] = rejected === 1 ? ['was', 'is'] : ['were', 'are'];
  return [
    {
      code: 'rows-quarantined',
      severity: 'warning',
      count: rejected,
      message: `${rejected} of ${rows} rows ${were} set aside in quarantine and ${are} not in the numbers; the others are. Correct the rows that rejected.jsonl lists and drop the whole file again.`,
    },
  ];
}

function compareTotals(intake: SnapshotIntake, stagedRows: number, staged: ControlTotals): void {
  const differences = Object.entries(intake.totals).flatMap(([name, total]) =>
    staged[name] === total ? [] : [`${name}: decoded ${total}, staged ${staged[name]}`],
  );
  if (stagedRows !== intake.accepted)
    differences.push(`rows: decoded ${intake.accepted}, staged ${stagedRows}`);
  if (differences.length > 0)
    throw new ControlTotalsDiffer(`control totals differ: ${differences.join('; ')}`);
}

function percent(share: ReturnType<typeof rational>): string {
  return toDecimal({ numerator: share.numerator * 100n, denominator: share.denominator }, 2);
}
