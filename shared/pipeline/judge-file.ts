import { createHash } from 'node:crypto';
import type { Contract } from '../contracts/contract.ts';
import { Sha256 } from '../domain/ids.ts';
import { localDateOf } from '../domain/local-date.ts';
import type { Problem } from '../domain/problem.ts';
import { evaluateHistory, hasCollapsed } from '../expectations/evaluate-history.ts';
import { type CountedProblem, evaluateRows } from '../expectations/evaluate-rows.ts';
import { ExpectationResult } from '../expectations/expectation-result.ts';
import { qualityScore, verdictOf } from '../expectations/quality-score.ts';
import type { SuiteItem } from '../expectations/suite.ts';
import { suiteResults } from '../expectations/suite-results.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type FileProblem, fileProblems } from './file-problems.ts';
import type { Unusable, Usable } from './read-snapshot.ts';

// The whole suite over what was read, and the verdict: only a file that passes goes on to staging.

export type Judged = {
  readonly verdict: 'promote' | 'block';
  readonly results: readonly ExpectationResult[];
  readonly resultsSha256: Sha256;
  readonly score: string | undefined;
  readonly isVolumeCollapse: boolean;
  /** All that is to be said of the file as a whole, the worst first. */
  readonly problems: readonly FileProblem[];
};

export function judgeFile(
  run: Pick<RunRecord, 'drop'>,
  {
    contract,
    suite,
    read,
    earlier,
  }: {
    contract: Contract;
    suite: readonly SuiteItem[];
    read: Usable | Unusable;
    /** Accepted rows of the files that it is counted against: see `filesToCountAgainst`. */
    earlier: readonly number[];
  },
): Judged {
  const { intake } = read;
  const counted: readonly CountedProblem[] = [...read.problems, ...intake.tally.lines()];
  const isJudged = read.kind === 'usable' || read.isJudged;
  const rows = evaluateRows(suite, {
    isJudged,
    rows: { read: intake.records, rejected: intake.rejected - read.orphans },
    duplicates: { ...read.duplicates, dropped: intake.dropped },
    columns: columnsOf(contract, read),
    problems: counted,
  });
  const past =
    read.kind === 'usable'
      ? evaluateHistory(suite, {
          rows: intake.accepted,
          earlier,
          asOf: read.asOf,
          landed: localDateOf(new Date(run.drop.landedAt)),
        })
      : [];
  // In the order of the schema, as every document has them: their hash can be made again from any of these.
  const results = suiteResults(suite, [...rows, ...read.results, ...past], NOT_REACHED).map((result) =>
    ExpectationResult.parse(result),
  );
  const verdict = verdictOf(results);
  const isBlocked = read.kind === 'unusable' || verdict.kind === 'block';
  return {
    verdict: isBlocked ? 'block' : 'promote',
    results,
    resultsSha256: Sha256.parse(createHash('sha256').update(JSON.stringify(results)).digest('hex')),
    score: qualityScore(results, { read: intake.records, rejected: intake.rejected }),
    isVolumeCollapse: read.kind === 'usable' && hasCollapsed(suite, { rows: intake.accepted, earlier }),
    problems: fileProblems(results, { suite, read, counted, isBlocked }),
  };
}

const NOT_REACHED = 'The file was refused before this was looked at.';

function columnsOf(contract: Contract, { problems, columns }: Usable | Unusable) {
  const named = (code: Problem['code']): string[] =>
    problems.flatMap((problem) =>
      problem.code === code && problem.column !== undefined ? [problem.column] : [],
    );
  const missing = columns.missing.map(({ column }) => column);
  const noHeader = problems.some(({ code, column }) => code === 'missing-column' && column === undefined);
  const absent = missing.length + columns.missingOptional.length;
  return {
    recognised: noHeader ? 0 : contract.columns.length - absent,
    missing: noHeader
      ? contract.columns.filter(({ optional }) => optional !== true).map(({ name }) => name)
      : missing,
    missingOptional: columns.missingOptional,
    duplicated: named('duplicate-column'),
    unexpected: columns.unexpected,
  };
}
