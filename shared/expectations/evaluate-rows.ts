import type { Problem } from '../domain/problem.ts';
import { compare, rational } from '../domain/rational.ts';
import { claimedBy, unclaimedFileProblems, unclaimedRowProblems } from './claimed-problems.ts';
import { columnsResult } from './evaluate-columns.ts';
import type { ExpectationResult } from './expectation-result.ts';
import { countInWords, rowsInWords, shareInWords, shareOf } from './in-words.ts';
import { isJudgeable } from './rule-items.ts';
import type { ItemOf, SuiteItem } from './suite.ts';
import { type Finding, notEvaluated, resultOf } from './suite-results.ts';

// The items that decoding has already counted: nothing is read a second time. A bad row never stops a file by itself.
// Up to the contract's tolerance bad rows are set aside and their items fail as `warn`, so that somebody sees which
// rule they broke; above it the one item `tolerance` fails as `block`.

/** Counts of one code under one column, as the validation report lists them. */
export type CountedProblem = Pick<Problem, 'code' | 'severity' | 'column' | 'count'> & {
  readonly firstRecords?: readonly number[] | undefined;
};

export type DecodeCounts = {
  /** False when the rows were not read to the end: a damaged file, or not the contract's columns. */
  readonly isJudged: boolean;
  readonly rows: { readonly read: number; readonly rejected: number };
  readonly duplicates: {
    readonly identical: number;
    readonly conflicting: number;
    /** All that an earlier row speaks for; where the first row of a key counts, more than the identical ones. */
    readonly dropped?: number;
  };
  readonly columns: {
    /** How many columns of the contract the header names. */
    readonly recognised: number;
    readonly missing: readonly string[];
    readonly missingOptional: readonly string[];
    readonly duplicated: readonly string[];
    readonly unexpected: readonly string[];
  };
  readonly problems: readonly CountedProblem[];
};

type Judged = DecodeCounts & { readonly isTolerated: boolean };

const FIRST_RECORDS = 10;
const NOT_READ = 'The rows were not judged, because the file could not be read or lacks columns.';

/** Results of all items that rows and header decide; the other items of the suite are left to other evaluators. */
export function evaluateRows(suite: readonly SuiteItem[], decoded: DecodeCounts): ExpectationResult[] {
  const counts: Judged = { ...decoded, isTolerated: isTolerated(suite, decoded.rows) };
  return suite.flatMap((item): ExpectationResult[] => {
    switch (item.kind) {
      case 'readable':
        return [resultOf(item, readable(suite, counts))];
      case 'columns':
        return [columnsResult(item, counts)];
      case 'row-count':
        return [rowCountResult(item, counts)];
      case 'as-of':
        return [ifJudged(item, counts, () => dated(item, counts))];
      case 'row-shape':
        return [ifJudged(item, counts, () => broken(unclaimedRowProblems(suite, counts.problems), counts))];
      case 'cells':
        return [cellsResult(item, counts)];
      case 'rule':
        return [ruleResult(item, counts)];
      case 'unique':
        return [ifJudged(item, counts, () => unique(item, counts))];
      case 'tolerance':
        return [ifJudged(item, counts, () => tolerance(counts))];
      case 'references':
      case 'orphan-share':
      case 'share':
      case 'reconciles':
      case 'rebuilds':
      case 'volume':
      case 'fresh':
        return [];
    }
  });
}

function ifJudged(item: SuiteItem, counts: DecodeCounts, find: () => Finding): ExpectationResult {
  return counts.isJudged ? resultOf(item, find()) : notEvaluated(item, NOT_READ);
}

/** Whatever else is wrong with the file as a whole: an error that no item knows must not pass unseen. */
function readable(suite: readonly SuiteItem[], { problems }: Judged): Finding {
  const errors = unclaimedFileProblems(suite, problems);
  const [first] = errors;
  if (first === undefined) return { status: 'passed', observed: 'no error', failing: 0 };
  const codes = [...new Set(errors.map(({ code }) => code))].join(', ');
  return { status: 'failed', observed: codes, failing: errors.length, code: first.code };
}

function rowCountResult(item: SuiteItem, counts: Judged): ExpectationResult {
  const { isJudged, rows, problems } = counts;
  if (problems.some(({ code }) => code === 'header-only') || (isJudged && rows.read === 0)) {
    return resultOf(item, { status: 'failed', observed: 'a header without rows', failing: 1 });
  }
  if (!isJudged) return notEvaluated(item, NOT_READ);
  return resultOf(item, { status: 'passed', observed: rowsInWords(rows.read), failing: 0 });
}

/** A date that was taken with a warning is a date. */
function dated(item: SuiteItem, { problems }: Judged): Finding {
  const error = problems.find(({ code, severity }) => severity === 'error' && item.codes.includes(code));
  if (error === undefined) return { status: 'passed', observed: 'one day', failing: 0 };
  return { status: 'failed', observed: error.code, failing: error.count ?? 1, code: error.code };
}

function cellsResult(item: ItemOf<'cells'>, counts: Judged): ExpectationResult {
  if (counts.columns.missingOptional.includes(item.column)) {
    return notEvaluated(item, `The file has no column ${item.column}, which is optional.`);
  }
  return ifJudged(item, counts, () => broken(claimedBy(item, counts.problems), counts));
}

function ruleResult(item: ItemOf<'rule'>, counts: Judged): ExpectationResult {
  if (!isJudgeable(item.rule, counts.columns.missingOptional)) {
    return notEvaluated(item, 'The file lacks the optional columns that the rule compares.');
  }
  return ifJudged(item, counts, () => broken(claimedBy(item, counts.problems), counts));
}

function unique(item: SuiteItem, counts: Judged): Finding {
  const { conflicting } = counts.duplicates;
  const dropped = droppedInWords(counts.duplicates);
  if (conflicting === 0) return { status: 'passed', observed: dropped, failing: 0 };
  const { firstRecords = [] } = broken(
    counts.problems.filter(({ code }) => code === 'conflicting-duplicate'),
    counts,
  );
  const fate = fateOfRejected(counts);
  const observed = `${rowsInWords(conflicting)} contradict each other; ${fate}; ${dropped}`;
  return { status: 'failed', observed, failing: conflicting, firstRecords, code: item.codes[0] };
}

function droppedInWords({ identical, dropped = identical }: Judged['duplicates']): string {
  const others = dropped - identical;
  const parts = [
    ...(identical === 1 ? ['1 identical repetition was dropped'] : []),
    ...(identical > 1 ? [`${countInWords(identical)} identical repetitions were dropped`] : []),
    ...(others > 0
      ? [
          `${rowsInWords(others)} ${others === 1 ? 'was' : 'were'} dropped because the first of their key counts`,
        ]
      : []),
  ];
  return parts.length === 0 ? 'no row is there twice' : parts.join('; ');
}

function tolerance({ rows, isTolerated: isMet }: Judged): Finding {
  return {
    status: isMet ? 'passed' : 'failed',
    observed: shareInWords(rows.rejected, rows.read),
    failing: rows.rejected,
  };
}

function broken(problems: readonly CountedProblem[], counts: Judged): Finding {
  const failing = problems.reduce((sum, { count = 1 }) => sum + count, 0);
  const [worst] = problems.toSorted((a, b) => (b.count ?? 1) - (a.count ?? 1));
  if (worst === undefined) return { status: 'passed', observed: 'no row', failing: 0 };
  const fates = [
    ...(problems.some(({ severity }) => severity === 'error') ? [fateOfRejected(counts)] : []),
    ...(problems.some(({ severity }) => severity !== 'error') ? ['kept as they are'] : []),
  ];
  return {
    status: 'failed',
    observed: `${shareInWords(failing, counts.rows.read)}; ${fates.join(' or ')}`,
    failing,
    firstRecords: firstOf(problems.flatMap(({ firstRecords = [] }) => firstRecords)),
    code: worst.code,
  };
}

function firstOf(records: readonly number[]): number[] {
  return [...new Set(records)].toSorted((a, b) => a - b).slice(0, FIRST_RECORDS);
}

/** Whether rows were refused alone or with the whole file is for the tolerance; here it is only told. */
function fateOfRejected({ isTolerated }: Judged): string {
  return isTolerated ? 'set aside in quarantine' : 'too many rows are bad: see tolerance';
}

function isTolerated(suite: readonly SuiteItem[], { read, rejected }: DecodeCounts['rows']): boolean {
  return suite.every(
    (item) => item.kind !== 'tolerance' || compare(shareOf(rejected, read), rational(item.maxShare)) <= 0,
  );
}
