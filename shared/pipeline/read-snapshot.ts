import { rm } from 'node:fs/promises';
import { type Contract, contractLabel } from '../contracts/contract.ts';
import { listedNames } from '../contracts/match-header.ts';
import type { RowIssue } from '../contracts/row-schema.ts';
import type { SetAside } from '../decode/set-aside.ts';
import type { Sha256 } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import type { Problem } from '../domain/problem.ts';
import { compare, rational, toDecimal } from '../domain/rational.ts';
import type { Orphans } from '../expectations/evaluate-reference.ts';
import { type BookView, evaluateSql } from '../expectations/evaluate-sql.ts';
import type { ExpectationResult } from '../expectations/expectation-result.ts';
import type { SuiteItem } from '../expectations/suite.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { ColumnDifference } from '../ports/file-reader.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import { pseudonymiser } from '../privacy/pseudonym.ts';
import type { MaskedSample } from '../runs/documents.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { dateSnapshot } from './date-snapshot.ts';
import { maskedSample } from './masked-sample.ts';
import { undeclaredPersonalData } from './personal-columns.ts';
import { findRepeated, type Repeated } from './repeated-rows.ts';
import type { SnapshotIntake } from './snapshot-intake.ts';
import { checkTotals, type Staged, type StageFileDeps, stageFile, type Unstaged } from './stage-file.ts';

// The bytes of a file -> a staged file on the local disk and everything that can be said about its rows. A file in
// which rows have to be set aside is read again without them, so that nothing else needs to know of them.

export type ReadSnapshotDeps = StageFileDeps & { clock: Clock; secrets: SecretStore };

/** A file to be read, and what came with it. */
export type SnapshotInput = Pick<RunRecord, 'drop' | 'requestedAsOf' | 'unreadAsOf'> & {
  readonly source: ByteSource;
};

export type SnapshotRead = {
  readonly intake: SnapshotIntake;
  /** Rows set aside because of what other files say; they do not count towards the contract's tolerance. */
  readonly orphans: number;
  readonly duplicates: { readonly identical: number; readonly conflicting: number };
  readonly columns: ColumnDifference;
  readonly quarantineFile: string;
  readonly problems: readonly Problem[];
  /** What was found by asking the staged file and the book. */
  readonly results: readonly ExpectationResult[];
};
export type Usable = SnapshotRead & {
  readonly kind: 'usable';
  /** Undefined for reference data, which has no day. */
  readonly asOf: LocalDate | undefined;
  readonly stagedFile: string;
  readonly stagedSha256: Sha256;
  readonly sample: Omit<MaskedSample, 'runId'>;
};
export type Unusable = SnapshotRead & {
  readonly kind: 'unusable';
  /** Were the rows read to the end? */
  readonly isJudged: boolean;
  readonly asOf: LocalDate | undefined;
};

/** Puts the files that the suite compares with into the session as views, and says which are there. */
export type OpenBook = (asOf: LocalDate | undefined, sql: SqlSession) => Promise<readonly BookView[]>;

/** Beside the decoder, which has memory of its own. */
const SQL_LIMITS = { memoryMegabytes: 128, threads: 1 };

export async function readSnapshot(
  input: SnapshotInput,
  {
    contract,
    suite,
    dir,
    openBook,
  }: { contract: Contract; suite: readonly SuiteItem[]; dir: string; openBook: OpenBook },
  deps: ReadSnapshotDeps,
): Promise<Usable | Unusable> {
  let pass = 1;
  const first = await stageFile(input.source, contract, { dir, pass }, deps);
  const { quarantineFile } = first;
  if (first.kind === 'unstaged') return unread(first);
  const columns = {
    unexpected: unexpectedNames(first.outcome.unexpectedColumns),
    missing: [],
    missingOptional: first.outcome.missingOptionalColumns,
    aliases: first.outcome.aliases,
  };
  const { notices } = first.outcome;
  const fixed = { columns, quarantineFile, orphans: 0, results: [] as ExpectationResult[] };
  const refuse = (
    intake: SnapshotIntake,
    duplicates: Duplicates,
    problems: Problem[],
    asOf?: LocalDate,
  ): Unusable => ({
    kind: 'unusable',
    ...fixed,
    isJudged: true,
    intake,
    duplicates,
    asOf,
    problems: [...problems, ...notices],
  });
  const personal = undeclaredPersonalData(contract, first.outcome.unexpectedColumns, first.intake.suspects);
  if (personal !== undefined) return { ...refuse(first.intake, NO_DUPLICATES, [personal]), isJudged: false };

  await using sql = await deps.sql.open(dir, SQL_LIMITS);
  await checkTotals(first, contract, sql);
  const repeated = await findRepeated(contract, first.intake.records, sql);
  const { identical, conflicting } = repeated;
  const bad = first.intake.rejected + conflicting;
  const duplicates = { identical, conflicting };
  const tooMany = aboveTolerance(contract, bad, first.intake, repeated);
  const again = async (setAside: SetAside, before: Staged): Promise<Staged> => {
    pass += 1;
    await rm(before.stagedFile);
    const staged = await stageFile(input.source, contract, { dir, pass, setAside }, deps);
    if (staged.kind === 'unstaged') throw new Error('a file that could be read cannot be read again');
    await checkTotals(staged, contract, sql);
    staged.intake.tally.merge(repeated.dropIssues);
    return staged;
  };
  const hasRepeated = repeated.dropped.length > 0 || repeated.rejected.size > 0;
  const own = hasRepeated ? await again(repeated, first) : first;
  // Only now: the rows that contradict each other are in the quarantine as well.
  if (tooMany !== undefined) return refuse(own.intake, duplicates, [tooMany]);

  const finding = own.intake.asOf.find();
  const dated =
    contract.asOf.kind === 'always' ? undefined : dateSnapshot(input, contract, finding, deps.clock.now());
  if (dated !== undefined && !('asOf' in dated)) return refuse(own.intake, duplicates, [dated]);
  const asOf = dated?.asOf;
  const book = await openBook(asOf, sql);
  const evaluated = await evaluateSql(suite, { relation: contract.relation, sql, book, asOf });
  const orphaned = orphanIssues(evaluated.orphans);
  const last =
    orphaned.size === 0
      ? own
      : await again(
          { dropped: repeated.dropped, rejected: new Map([...repeated.rejected, ...orphaned]) },
          own,
        );
  const problems = [...(dated?.warnings ?? []), ...notices];
  return {
    kind: 'usable',
    ...fixed,
    intake: last.intake,
    orphans: orphaned.size,
    duplicates,
    problems,
    asOf,
    stagedFile: last.stagedFile,
    stagedSha256: last.stagedSha256,
    sample: await maskedSample(contract, sql, pseudonymiser(await deps.secrets.get('pseudonym-key'))),
    results: evaluated.results,
  };
}

type Duplicates = SnapshotRead['duplicates'];
const NO_DUPLICATES: Duplicates = { identical: 0, conflicting: 0 };

const NO_DIFFERENCE: ColumnDifference = { unexpected: [], missing: [], missingOptional: [], aliases: {} };

function unread({ intake, quarantineFile, problems, columns = NO_DIFFERENCE }: Unstaged): Unusable {
  return {
    kind: 'unusable',
    isJudged: false,
    intake,
    quarantineFile,
    problems,
    duplicates: NO_DUPLICATES,
    orphans: 0,
    results: [],
    asOf: undefined,
    columns: { ...columns, unexpected: unexpectedNames(columns.unexpected) },
  };
}

/** A file may have as many columns as it likes; the report names the first of them. */
function unexpectedNames(names: readonly string[]): string[] {
  const { listed, more } = listedNames(names);
  return more === 0 ? [...listed] : [...listed, `and ${more} more`];
}

function aboveTolerance(
  contract: Contract,
  bad: number,
  { records, tally }: SnapshotIntake,
  { conflictIssues }: Repeated,
): Problem | undefined {
  const limit = rational(contract.maxRejectedShare);
  const share = { numerator: BigInt(bad), denominator: BigInt(Math.max(records, 1)) };
  if (compare(share, limit) <= 0) return undefined;
  const [worst] = [...tally.all(), ...conflictIssues]
    .filter(({ severity }) => severity === 'error')
    .toSorted((a, b) => b.count - a.count);
  const example =
    worst === undefined
      ? ''
      : ` The most frequent: ${worst.message} (${worst.code}, ${worst.count === 1 ? 'once' : `${worst.count} times`}).`;
  return {
    code: 'too-many-bad-rows',
    severity: 'error',
    count: bad,
    message: `${bad} of ${records} rows break contract ${contractLabel(contract)}, which tolerates ${limit.numerator === 0n ? 'none' : `${percent(limit)} %`}.${example} Nothing was promoted. Correct the rows that the validation report lists and drop the file again.`,
  };
}

function orphanIssues(orphans: readonly Orphans[]): Map<number, RowIssue> {
  const issues = new Map<number, RowIssue>();
  for (const { reference, records } of orphans) {
    const { column, to } = reference;
    for (const record of records) {
      // A row may be an orphan in two ways; one is enough to set it aside.
      if (issues.has(record)) continue;
      const message = `row ${record}: its ${column} is no ${to.column} of ${to.dataset}`;
      issues.set(record, { code: 'orphan', severity: 'error', column, message });
    }
  }
  return issues;
}

function percent(share: ReturnType<typeof rational>): string {
  return toDecimal({ numerator: share.numerator * 100n, denominator: share.denominator }, 2);
}
