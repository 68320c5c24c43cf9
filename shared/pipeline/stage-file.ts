import { join } from 'node:path';
import type { Contract } from '../contracts/contract.ts';
import type { SetAside } from '../decode/set-aside.ts';
import type { Sha256 } from '../domain/ids.ts';
import type { Problem, ProblemCode } from '../domain/problem.ts';
import { formatScaled } from '../domain/rational.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import type { ColumnDifference, FileReader, ReadOutcome } from '../ports/file-reader.ts';
import type { SqlEngine, SqlSession } from '../ports/sql-engine.ts';
import { ParquetFile } from '../staging/parquet-file.ts';
import { openQuarantine } from './quarantine-file.ts';
import { SnapshotIntake } from './snapshot-intake.ts';

// One pass over a file: every row judged, the good ones staged on the local disk, and the staged file held against
// what was counted on the way.

export type StageFileDeps = { reader: FileReader; sql: SqlEngine };

/** The decoder and the staged file disagree about a sum: nothing may be published on either. */
export class ControlTotalsDiffer extends Error {
  override readonly name = 'ControlTotalsDiffer';
  /** Read by the ledger, so that the run ends with this code and not with a general one. */
  readonly problemCode: ProblemCode = 'control-totals-differ';
}

export type Staged = {
  readonly kind: 'staged';
  readonly intake: SnapshotIntake;
  readonly outcome: Extract<ReadOutcome, { kind: 'read' }>;
  readonly stagedFile: string;
  readonly stagedSha256: Sha256;
  readonly quarantineFile: string;
};
export type Unstaged = {
  readonly kind: 'unstaged';
  readonly intake: SnapshotIntake;
  readonly problems: readonly Problem[];
  readonly columns: ColumnDifference | undefined;
  readonly quarantineFile: string;
};

/**
 * Each pass over a file has a staged file of its own name: the engine may remember pages of one that was replaced, and
 * take them for those of the new one.
 */
export async function stageFile(
  source: ByteSource,
  contract: Contract,
  { dir, pass = 1, setAside }: { dir: string; pass?: number; setAside?: SetAside | undefined },
  deps: StageFileDeps,
): Promise<Staged | Unstaged> {
  const stagedFile = join(dir, `staged_${pass}.parquet`);
  const quarantineFile = join(dir, 'rejected.jsonl');
  await using staged = await ParquetFile.open(stagedFile, contract);
  await using quarantine = await openQuarantine(quarantineFile);
  const intake = new SnapshotIntake(contract, staged, quarantine);
  const outcome = await deps.reader.read({ source, scratchDir: dir }, contract, intake, setAside);
  await quarantine.close();
  if (outcome.kind === 'unreadable') {
    const { problems, columns } = outcome;
    return { kind: 'unstaged', intake, problems, columns, quarantineFile };
  }
  const { sha256 } = await staged.finish();
  return { kind: 'staged', intake, outcome, stagedFile, stagedSha256: sha256, quarantineFile };
}

/** Makes the staged file the view `staged` and compares its sums with those that were folded while decoding. */
export async function checkTotals(
  { intake, stagedFile }: Staged,
  contract: Pick<Contract, 'columns'>,
  sql: SqlSession,
): Promise<void> {
  await sql.run(
    `CREATE OR REPLACE VIEW staged AS SELECT * FROM read_parquet('${stagedFile.replaceAll("'", "''")}')`,
  );
  const decimals = contract.columns.filter(({ type }) => type === 'decimal');
  const sums = decimals.map(({ name }) => `coalesce(sum("${name}"), 0)::VARCHAR AS "${name}"`);
  const [row = {}] = await sql.rows(
    `SELECT ${['count(*)::VARCHAR AS row_count', ...sums].join(', ')} FROM staged`,
  );
  const differences = decimals.flatMap(({ name, scale = 0 }) => {
    const decoded = formatScaled(intake.totals[name] ?? 0n, scale);
    return sameDecimal(String(row[name]), decoded)
      ? []
      : [`${name}: decoded ${decoded}, staged ${String(row[name])}`];
  });
  if (String(row['row_count']) !== String(intake.accepted))
    differences.push(`rows: decoded ${intake.accepted}, staged ${String(row['row_count'])}`);
  if (differences.length > 0)
    throw new ControlTotalsDiffer(`control totals differ: ${differences.join('; ')}`);
}

/** `0` is `0.00`. */
function sameDecimal(a: string, b: string): boolean {
  const plain = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return plain(a) === plain(b);
}
