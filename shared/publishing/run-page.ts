import { runbookOf } from '../domain/problem.ts';
import { compareStages, QueuedStage } from '../pipeline/stages.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { DASHBOARD_STYLE } from './dashboard/style.ts';
import type { DashboardInput } from './dashboard-page.ts';
import { runTrail } from './dashboard-runs.ts';
import { type Html, html } from './escape-html.ts';
import { renderPage, statusChip } from './page.ts';
import { showCount, showDuration, showInstant } from './show-value.ts';

// One run for whoever is woken by it: how far it came, each attempt with its reason, what is wrong, its documents, and
// the requests that can be made of it. In English, as alerts are.

export type RunPageInput = Pick<DashboardInput, 'now' | 'link'> & {
  readonly run: RunRecord;
  readonly artifacts: readonly { readonly name: string; readonly bytes: number }[];
  /** The trace of the run in the monitoring. */
  readonly operationId: string | undefined;
};

export function runPage({ run, artifacts, operationId, now, link }: RunPageInput): string {
  const body = html`<main>
<header>
<p class="brand">Abaco Loans Analytics · Run</p>
<h1>${run.runId}</h1>
<p class="small muted"><a href="${link('dashboard?view=operations')}">All runs</a>${operationId === undefined ? '' : `, in the log operation ${operationId}`}</p>
</header>
${runTrail({ runs: [run], now, link })}
${problems(run)}
${steps(run)}
${documents(run, artifacts, link)}
${requests(run)}
</main>`;
  return renderPage({
    title: `Run ${run.runId}: ${run.status}, ${run.dataset}`,
    body,
    style: DASHBOARD_STYLE,
  });
}

function problems({ problems: found, lastError, rolledBack }: RunRecord): Html {
  const rows = found.map(
    ({ code, severity, message }) =>
      html`<tr><td class="lead">${message}<span class="small muted">Guide: <code>${runbookOf(code)}</code></span></td><td data-label="Problem">${statusChip(TONES[severity], code)}</td></tr>
`,
  );
  return html`<h2>What is wrong</h2>
${rolledBack && html`<p>Rolled back by ${rolledBack.by} at ${showInstant(rolledBack.at)}: ${rolledBack.reason}.</p>\n`}${lastError && html`<p>Stage ${lastError.stage} failed last at ${showInstant(lastError.at)}: ${lastError.code}.</p>\n`}${rows.length === 0 ? html`<p>No problem was found.</p>` : html`<div class="panel wide"><table class="stack"><tbody>\n${rows}</tbody></table></div>`}`;
}

const TONES = { error: 'critical', warning: 'warning', notice: 'quiet' } as const;

function steps({ trail }: RunRecord): Html {
  const rows = trail.map(
    ({ stage, attempt, cause = '', startedAt, completedAt }) =>
      html`<tr><th scope="row" class="lead">${stage}</th><td class="number" data-label="Attempt">${showCount(attempt)}</td><td data-label="Began">${showInstant(startedAt)}</td><td class="number" data-label="Took">${showDuration(Date.parse(completedAt) - Date.parse(startedAt))}</td><td data-label="Why">${cause}</td></tr>
`,
  );
  if (rows.length === 0) return html`<h2>Steps</h2>\n<p>No stage is done yet.</p>`;
  return html`<h2>Steps</h2>
<div class="panel wide"><table class="stack">
<thead><tr><th scope="col">Stage</th><th scope="col" class="number">Attempt</th><th scope="col">Began</th><th scope="col" class="number">Took</th><th scope="col">Why</th></tr></thead>
<tbody>
${rows}</tbody></table></div>`;
}

function documents(
  { runId }: RunRecord,
  artifacts: RunPageInput['artifacts'],
  link: RunPageInput['link'],
): Html {
  if (artifacts.length === 0) return html`<h2>Documents</h2>\n<p>There is none yet.</p>`;
  const items = artifacts.map(
    ({ name, bytes }) =>
      html`<li><a href="${link(`runs/${runId}/artifacts/${name}`)}">${name}</a>, ${showCount(bytes)} bytes</li>\n`,
  );
  return html`<h2>Documents</h2>\n<ul>\n${items}</ul>`;
}

/** A page changes nothing by itself: what does has to be sent. */
function requests({ runId, lastError, stage, status }: RunRecord): Html {
  const failedIn = lastError?.stage ?? stage;
  const from = compareStages(failedIn, 'validate') < 0 ? 'validate' : QueuedStage.parse(failedIn);
  const possible = [
    `POST /api/runs/${runId}/rerun?from=${status === 'failed' ? from : 'validate'}&reason=TEXT&dryRun=true`,
    ...(status === 'success' ? [`POST /api/runs/${runId}/rollback?by=NAME&reason=TEXT&dryRun=true`] : []),
  ];
  return html`<h2>What can be done</h2>
<p>Each first says what it would change; without <code>dryRun</code> it does.</p>
<ul>
${possible.map((request) => html`<li><code>${request}</code></li>\n`)}</ul>`;
}
