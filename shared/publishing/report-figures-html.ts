import { type Html, html } from './escape-html.ts';
import type { KpiRow } from './kpi-row.ts';
import { kpiChip } from './kpi-tone.ts';
import { statusChip } from './page.ts';
import type { ReportAnomaly, ReportFigures } from './report-figures.ts';
import { unbroken } from './show-value.ts';

/** The eight figures at the head of the report. */
export function stripSection({ strip }: ReportFigures): Html | undefined {
  if (strip.length === 0) return undefined;
  const tiles = strip.map(
    (row) => html`<article class="panel tile"><header><h3>${row.name}</h3>${kpiChip(row)}</header>
<p class="value${row.status === 'not-computable' ? ' none' : ''}">${unbroken(row.shown)}</p>
${row.change && html`<p>${changeWords(row)}</p>\n`}${row.limits && html`<p class="muted">${unbroken(row.limits)}</p>\n`}${row.reason && html`<p class="muted">${row.reason}</p>\n`}</article>
`,
  );
  return html`<h2>Key figures</h2>
<div class="tiles">
${tiles}</div>`;
}

export function moversSection({ movers, anomalies }: ReportFigures): Html {
  const lines = movers.map(
    (row) =>
      html`<tr><td class="lead"><strong>${row.name}</strong></td><td class="number" data-label="Before">${unbroken(row.change?.before ?? '')}</td><td class="number" data-label="Now">${unbroken(row.shown)}</td><td data-label="Change">${changeWords(row)}</td><td data-label="Status">${kpiChip(row)}</td></tr>\n`,
  );
  const table =
    movers.length === 0
      ? html`<p class="after">There is no earlier reporting date to compare with.</p>`
      : html`<table class="stack"><caption>The largest relative changes since the reporting date before</caption>
<thead><tr><th scope="col">KPI</th><th scope="col" class="number">Before</th><th scope="col" class="number">Now</th><th scope="col">Change</th><th scope="col">Status</th></tr></thead>
<tbody>
${lines}</tbody></table>`;
  return html`<h2>What moved</h2>
<div class="panel wide">${table}</div>
${anomalyList(anomalies)}`;
}

function anomalyList(anomalies: readonly ReportAnomaly[]): Html {
  if (anomalies.length === 0) return html`<p class="after">Nothing is out of the ordinary.</p>`;
  return html`<h3 class="spaced">Out of the ordinary</h3>
<ul class="facts">
${anomalies.map(({ severity, sentence }) => html`<li class="edge-${severity}">${unbroken(sentence)}</li>\n`)}</ul>`;
}

export function departmentsSection({ departments }: ReportFigures): Html | undefined {
  if (departments.length === 0) return undefined;
  const bodies = departments.map(
    ([name, rows]) => html`<tbody>
<tr class="group"><th scope="rowgroup" colspan="4" class="lead">${name}</th></tr>
${rows.map((row) => html`<tr><td class="lead">${row.name}</td><td class="number value">${unbroken(row.shown)}</td><td class="status">${kpiChip(row)}</td><td class="change">${changeWords(row)}</td></tr>\n`)}</tbody>
`,
  );
  return html`<h2>Departments</h2>
<div class="panel wide"><table class="kpis">
<caption>What each department answers for</caption>
<thead><tr><th scope="col">KPI</th><th scope="col" class="number">Value</th><th scope="col">Status</th><th scope="col" class="change">Change</th></tr></thead>
${bodies}</table></div>`;
}

export function proofSection({ proof }: ReportFigures): Html {
  const chip = proof.isProved ? statusChip('good', 'Proved') : statusChip('warning', 'Not proved');
  return html`<h2>Proof</h2>
<p>${chip} ${proof.sentence}</p>`;
}

function changeWords({ change }: KpiRow): Html | undefined {
  return change && unbroken(`${change.shown} since ${change.since}`);
}
