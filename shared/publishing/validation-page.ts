import { runbookOf } from '../domain/problem.ts';
import type { ExpectationResult } from '../expectations/expectation-result.ts';
import { qualityScore } from '../expectations/quality-score.ts';
import type { ValidationReport } from '../runs/documents.ts';
import { type Html, html } from './escape-html.ts';
import { renderPage, statusChip, type Tone } from './page.ts';
import { showCount } from './show-value.ts';
import { expectationsSection, recordsInWords } from './validation-page-expectations.ts';
import { columnsSection, countsSection, provenanceSection, valuesSection } from './validation-page-facts.ts';
import { type QualityPoint, scoreSection } from './validation-page-score.ts';

/**
 * The validation report for people: the verdict in plain words, what to do, and then everything that was looked at.
 * `history` holds the earlier files of the contract, the newest first; the run's own entry may be among them.
 */
export function validationPage(
  report: ValidationReport,
  results: readonly ExpectationResult[],
  history: readonly QualityPoint[],
): string {
  const verdict = verdictInWords(report, results);
  const score = qualityScore(results, report.rows);
  const body = html`<main>
<header>
<p class="brand">Abaco Loans Analytics · Validation report</p>
<h1>${verdict.title}</h1>
<ul class="facts">
<li class="verdict edge-${verdict.tone}">${statusChip(verdict.tone, verdict.word)} ${verdict.sentence}</li>
<li><bdi>${report.sourceFile}</bdi>, ${report.dataset}, contract ${report.contract} version ${report.contractVersion}${report.asOf === undefined ? '' : `, as of ${report.asOf}`}</li>
${score === undefined ? undefined : html`<li>Quality score ${score} of 100</li>\n`}</ul>
</header>
${whatToDo(report)}
${countsSection(report)}
${expectationsSection(results)}
${columnsSection(report)}
${valuesSection(report)}
${scoreSection(report.runId, score, history)}
${provenanceSection(report)}
</main>`;
  return renderPage({
    title: `Validation report: ${verdict.title.toLowerCase()}, ${report.sourceFile}`,
    body,
  });
}

type Verdict = {
  readonly tone: Tone;
  readonly word: string;
  readonly title: string;
  readonly sentence: string;
};

function verdictInWords(
  { verdict, rows, isReadByKpis = true }: ValidationReport,
  results: readonly ExpectationResult[],
): Verdict {
  const failed = results.filter(({ status }) => status === 'failed').length;
  const accepted = `${showCount(rows.accepted)} of ${rowsInWords(rows.read)}`;
  const taken = isReadByKpis ? `${accepted} are in the numbers.` : `${accepted} were taken in.`;
  switch (verdict) {
    case 'rejected':
      return {
        tone: 'critical',
        word: 'red',
        title: 'Rejected',
        sentence: isReadByKpis
          ? 'Nothing of this file is in the numbers. Those of the last good file stand.'
          : 'Nothing of this file was taken in. The last good file stands.',
      };
    case 'quarantined':
      return {
        tone: 'warning',
        word: 'amber',
        title: `Accepted, ${rowsInWords(rows.rejected)} in quarantine`,
        sentence: `${taken} Those in quarantine ${isReadByKpis ? 'are missing from them' : 'were not'}.`,
      };
    case 'accepted':
      return failed === 0
        ? { tone: 'good', word: 'green', title: 'Accepted', sentence: taken }
        : {
            tone: 'warning',
            word: 'amber',
            title: 'Accepted with warnings',
            sentence: `${taken} ${expectationsInWords(failed)} not met.`,
          };
  }
}

/** Each problem says itself what to do about it; the worst comes first. */
function whatToDo({ problems }: ValidationReport): Html {
  const open = problems.filter(({ severity }) => severity !== 'notice');
  if (open.length === 0) return html`<h2>What to do</h2>\n<p>Nothing: there is no problem to solve.</p>`;
  const rows = open.map(
    ({ code, severity, message, count = 1, record, firstRecords = [] }) =>
      html`<tr><td class="lead">${message}<span class="small muted">Guide: <code>${runbookOf(code)}</code></span></td><td data-label="Problem">${statusChip(severity === 'error' ? 'critical' : 'warning', code)}</td><td class="number" data-label="Count">${showCount(count)}</td><td data-label="First records">${recordsInWords(firstRecords.length > 0 || record === undefined ? firstRecords : [record])}</td></tr>
`,
  );
  return html`<h2>What to do</h2>
<div class="panel wide"><table class="stack">
<thead><tr><th scope="col">What is wrong, and what to do</th><th scope="col">Problem</th><th scope="col" class="number">Count</th><th scope="col">First records</th></tr></thead>
<tbody>
${rows}</tbody>
</table></div>`;
}

function rowsInWords(count: number): string {
  return `${showCount(count)} ${count === 1 ? 'row' : 'rows'}`;
}

function expectationsInWords(count: number): string {
  return count === 1 ? '1 expectation is' : `${showCount(count)} expectations are`;
}
