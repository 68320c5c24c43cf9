import type { Problem } from '../domain/problem.ts';
import type { CountedProblem } from '../expectations/evaluate-rows.ts';
import type { ExpectationResult } from '../expectations/expectation-result.ts';
import type { SuiteItem } from '../expectations/suite.ts';
import type { Unusable, Usable } from './read-snapshot.ts';

// What is to be said of a file as a whole, each with what was not done and what to do next.

export type FileProblem = Problem & { readonly firstRecords?: number[] };

type Facts = {
  readonly suite: readonly SuiteItem[];
  readonly read: Usable | Unusable;
  readonly counted: readonly CountedProblem[];
  readonly isBlocked: boolean;
};

/** What reading has found, and the expectations that failed or could not be evaluated; the worst first. */
export function fileProblems(results: readonly ExpectationResult[], facts: Facts): FileProblem[] {
  const { read, isBlocked } = facts;
  if (read.kind === 'unusable') return worstFirst(read.problems);
  return worstFirst([
    ...unmet(results, facts),
    ...unevaluated(results),
    ...(isBlocked ? [] : quarantined(read.intake)),
    ...read.problems,
  ]);
}

/** Where no problem says it already. */
function unmet(results: readonly ExpectationResult[], { suite, counted, isBlocked }: Facts): FileProblem[] {
  const items = new Map(suite.map((item) => [item.id, item]));
  const blocking = new Set(
    results.flatMap(({ id, status, severity }) => (status === 'failed' && severity === 'block' ? [id] : [])),
  );
  return results.flatMap((result): FileProblem[] => {
    const { id, code, status, severity, failing, about, observed, threshold, firstRecords = [] } = result;
    if (code === undefined || status !== 'failed') return [];
    // What single rows are about is counted row by row; what is said of the file by a problem need not be repeated.
    if (severity === 'warn' && counted.some((problem) => problem.code === code)) return [];
    // Too many orphans are said once, as what stops the file.
    if (blocking.has(id.replace(/^references:/, 'orphan-share:')) && id.startsWith('references:')) return [];
    const [record] = firstRecords;
    const facts = `Expected: ${sentence(about)} Found: ${observed} (allowed: ${threshold}).`;
    const item = items.get(id);
    const next = severity === 'block' && item !== undefined ? ` ${nextStep(item)}` : '';
    const fate = isBlocked ? `Nothing was promoted.${next}` : 'The file was taken in all the same.';
    return [
      {
        code,
        severity: severity === 'block' ? 'error' : 'warning',
        ...(failing > 0 && { count: failing }),
        ...(record !== undefined && { record, firstRecords: [...firstRecords] }),
        message: `${facts} ${fate}`,
      },
    ];
  });
}

/** What to do about a file that was stopped. */
function nextStep(item: SuiteItem): string {
  switch (item.kind) {
    case 'references':
    case 'orphan-share':
      return `Drop the file of ${item.reference.to.dataset} that knows them; this file is then checked again by itself.`;
    case 'volume':
      return 'Look at the date range and the filters of the export, and drop the whole file.';
    case 'reconciles':
      return `Correct the file that is wrong and drop it; when it was that of ${item.expectation.with.dataset}, rerun this run from validate after it.`;
    case 'rebuilds':
      return 'Find out which of the files is wrong; table_par_reconciliation of the run lists the loans.';
    case 'share':
      return 'Correct these rows at the source and drop the whole file again.';
    case 'fresh':
      return 'Export the newest day and drop that file.';
    case 'readable':
    case 'columns':
    case 'row-count':
    case 'as-of':
    case 'row-shape':
    case 'cells':
    case 'rule':
    case 'unique':
    case 'tolerance':
      return 'Correct the file and drop it again.';
  }
}

/** One for each file that is missing, however many comparisons wait for it. */
function unevaluated(results: readonly ExpectationResult[]): FileProblem[] {
  // The limit of a reference says nothing that the reference itself does not say.
  const open = results.filter(
    ({ id, code, status }) =>
      status === 'not-evaluated' && code !== undefined && !id.startsWith('orphan-share:'),
  );
  return [...Map.groupBy(open, ({ reason = '' }) => reason)].flatMap(([reason, waiting]): FileProblem[] => {
    const [first, ...more] = waiting;
    if (first?.code === undefined) return [];
    const others = more.length === 1 ? '1 other expectation' : `${more.length} other expectations`;
    const same = more.length === 0 ? '' : ` The same holds for ${others}.`;
    const message = `Not checked: ${sentence(first.about)} ${reason}`.trim() + same;
    return [{ code: first.code, severity: 'notice', message }];
  });
}

/** The file is taken in, but not all of it: whoever dropped it should know what that means. */
function quarantined({ records, rejected }: { records: number; rejected: number }): FileProblem[] {
  if (rejected === 0) return [];
  const was = rejected === 1 ? 'was' : 'were';
  return [
    {
      code: 'rows-quarantined',
      severity: 'warning',
      count: rejected,
      message: `${rejected} of ${records} rows ${was} set aside in quarantine and not taken in; the others were. Correct the rows that rejected.jsonl lists and drop the whole file again.`,
    },
  ];
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

function worstFirst(problems: readonly FileProblem[]): FileProblem[] {
  const order = { error: 0, warning: 1, notice: 2 };
  return problems.toSorted((a, b) => order[a.severity] - order[b.severity]);
}
