import type { ExpectationResult } from '../expectations/expectation-result.ts';
import type { ValidationReport } from '../runs/documents.ts';
import { showCount } from './show-value.ts';

// What the suite said of a file, in the few lines that a report of the numbers has room for.

/** `label` is read alone, as the name of a line; `sentence` says the rest. */
export type OpenExpectation = {
  readonly kind: 'not-met' | 'not-evaluated' | 'more';
  readonly label: string;
  readonly sentence: string;
};

const MOST_LINES = 5;
const MOST_OF_ROWS = 2;

export function scoreSentence({ score, expectations }: ValidationReport): string {
  const met = expectations.filter(({ status }) => status === 'passed').length;
  if (score === undefined) return 'Nothing was evaluated, so there is no quality score.';
  return `Quality score ${score} of 100: ${showCount(met)} of ${showCount(expectations.length)} expectations ${met === 1 ? 'is' : 'are'} met.`;
}

/** What is not met, then what could not be evaluated; those that could stop a file first. */
export function openExpectations(results: readonly ExpectationResult[]): OpenExpectation[] {
  const failed = weightiestFirst(results, 'failed');
  const lines = [
    ...failed.filter((result) => !isOfRows(result)).map(notMet),
    ...ofRows(failed.filter(isOfRows)),
    ...weightiestFirst(results, 'not-evaluated').map(notEvaluated),
  ];
  const more = lines.length - MOST_LINES;
  if (more <= 0) return lines;
  const sentence = `${showCount(more)} more that ${more === 1 ? 'is' : 'are'} not met or not evaluated.`;
  return [...lines.slice(0, MOST_LINES), { kind: 'more', label: 'And', sentence }];
}

/** The table of problems has their rows, so a few are named and many are only counted. */
function ofRows(results: readonly ExpectationResult[]): OpenExpectation[] {
  if (results.length <= MOST_OF_ROWS) return results.map(notMet);
  const sentence = `${showCount(results.length)} expectations of single rows, which are listed by problem below.`;
  return [{ kind: 'not-met', label: 'Not met', sentence }];
}

function isOfRows({ firstRecords = [] }: ExpectationResult): boolean {
  return firstRecords.length > 0;
}

function weightiestFirst(
  results: readonly ExpectationResult[],
  status: ExpectationResult['status'],
): ExpectationResult[] {
  const ofStatus = results.filter((result) => result.status === status);
  return ['block', 'warn'].flatMap((severity) => ofStatus.filter((result) => result.severity === severity));
}

function notMet({ about, observed }: ExpectationResult): OpenExpectation {
  return { kind: 'not-met', label: 'Not met', sentence: `${sentence(about)} Found: ${sentence(observed)}` };
}

function notEvaluated({ about, reason = '' }: ExpectationResult): OpenExpectation {
  return { kind: 'not-evaluated', label: 'Not evaluated', sentence: `${sentence(about)} ${reason}`.trim() };
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
