import { type Html, html } from './escape-html.ts';
import { statusChip, type Tone } from './page.ts';
import type { OpenExpectation } from './report-expectations.ts';
import type { DataQuality, QualityProblem } from './report-model.ts';

/** What was rejected, why, and what to do. */
export function qualitySection(files: readonly DataQuality[]): Html {
  return html`<h2>Data quality</h2>
${files.map(filePanel)}`;
}

function filePanel(quality: DataQuality): Html {
  const counts = quality.rows.map(({ name, count }) => html`<div><dt>${name}</dt><dd>${count}</dd></div>`);
  return html`<div class="panel wide">
<h3>${quality.dataset}: <bdi>${quality.file}</bdi></h3>
<dl class="counts">${counts}</dl>
<p class="small muted">${quality.tolerance}</p>
<p class="after"><strong>${quality.score}</strong></p>
${openList(quality.open)}<p class="small muted">Everything that was looked at: <code>${quality.validationPage}</code></p>
${problemTable(quality.problems)}
${columnNote('Columns that the contract does not know', quality.unexpectedColumns)}
${columnNote('Optional columns that the file lacks', quality.missingColumns)}
</div>
`;
}

function openList(open: readonly OpenExpectation[]): Html | undefined {
  if (open.length === 0) return undefined;
  const items = open.map(
    ({ kind, label, sentence }) =>
      html`<li class="${kind === 'not-met' ? 'edge-warning' : 'small'}">${label}: ${sentence}</li>\n`,
  );
  return html`<ul class="facts">\n${items}</ul>\n`;
}

const TONES: Readonly<Record<QualityProblem['severity'], Tone>> = {
  error: 'critical',
  warning: 'warning',
  notice: 'quiet',
};

function problemTable(problems: readonly QualityProblem[]): Html {
  if (problems.length === 0) return html`<p class="after">No problem was found in the file.</p>`;
  const rows = problems.map(
    (
      problem,
    ) => html`<tr><td class="lead">${problem.message}<span class="small muted">What to do: <code>${problem.runbook}</code></span></td><td data-label="Problem">${statusChip(TONES[problem.severity], problem.code)}</td><td class="number" data-label="Count">${problem.count}</td><td data-label="First records">${problem.firstRecords}</td></tr>
`,
  );
  return html`<table class="stack">
<caption>Problems, with what to do</caption>
<thead><tr><th scope="col">What is wrong</th><th scope="col">Problem</th><th scope="col" class="number">Count</th><th scope="col">First records</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function columnNote(name: string, columns: readonly string[]): Html | undefined {
  if (columns.length === 0) return undefined;
  const list = columns.map((column, index) => html`${index > 0 ? ', ' : ''}<code>${column}</code>`);
  return html`<p class="small after">${name}: ${list}</p>`;
}
