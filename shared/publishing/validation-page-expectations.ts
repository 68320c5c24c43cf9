import { runbookOf } from '../domain/problem.ts';
import type { ExpectationResult } from '../expectations/expectation-result.ts';
import { type Html, html } from './escape-html.ts';
import { statusChip } from './page.ts';
import { showCount } from './show-value.ts';

type Group = {
  readonly title: string;
  readonly results: readonly ExpectationResult[];
  readonly chip: Html;
};

/** Everything that was asked of the file: what failed first, then what could not be judged, then what holds. */
export function expectationsSection(results: readonly ExpectationResult[]): Html {
  const groups = groupsOf(results).filter((group) => group.results.length > 0);
  if (groups.length === 0) return html`<h2>Expectations</h2>\n<p>None were evaluated.</p>`;
  return html`<h2>Expectations</h2>
<div class="runs">
${groups.map(groupPanel)}</div>`;
}

function groupsOf(results: readonly ExpectationResult[]): Group[] {
  const of = (status: ExpectationResult['status']) => results.filter((result) => result.status === status);
  const failed = of('failed');
  return [
    {
      title: 'Not met, and the file was stopped',
      results: failed.filter(({ severity }) => severity === 'block'),
      chip: statusChip('critical', 'red: stops the file'),
    },
    {
      title: 'Not met',
      results: failed.filter(({ severity }) => severity === 'warn'),
      chip: statusChip('warning', 'amber: warning'),
    },
    { title: 'Not evaluated', results: of('not-evaluated'), chip: statusChip('quiet', 'not evaluated') },
    { title: 'Met', results: of('passed'), chip: statusChip('good', 'green: met') },
  ];
}

function groupPanel({ title, results, chip }: Group): Html {
  return html`<div class="panel wide">
<h3>${title}: ${showCount(results.length)}</h3>
<table class="stack expectations">
<thead><tr><th scope="col">Expected</th><th scope="col">Status</th><th scope="col">Found</th><th scope="col">Limit</th><th scope="col">First records</th></tr></thead>
<tbody>
${results.map((result) => line(result, chip))}</tbody>
</table>
</div>
`;
}

function line(result: ExpectationResult, chip: Html): Html {
  const { id, about, observed, reason, threshold, firstRecords = [], code } = result;
  const guide = code && html`<span class="small muted">Guide: <code>${runbookOf(code)}</code></span>`;
  return html`<tr><td class="lead">${about}<span class="small muted"><code>${id}</code></span>${guide}</td><td data-label="Status">${chip}</td><td data-label="Found">${reason ?? observed}</td><td data-label="Limit">${threshold}</td><td data-label="First records">${recordsInWords(firstRecords)}</td></tr>
`;
}

/** Without separators, which would look like the commas between them: `118, 204, 5077`. */
export function recordsInWords(records: readonly number[]): string {
  return records.join(', ');
}
