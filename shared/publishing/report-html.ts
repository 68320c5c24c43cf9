import type { LocalDate } from '../domain/local-date.ts';
import { ageingChart, parTrendChart } from './charts.ts';
import { type Html, html } from './escape-html.ts';
import { INSIGHT_PLACE } from './insights/insight-sections.ts';
import { byGroup, type KpiRow } from './kpi-row.ts';
import { headlineItems, kpiChip } from './kpi-tone.ts';
import { renderPage } from './page.ts';
import type { ParTrend } from './par-trend.ts';
import { departmentsSection, moversSection, proofSection, stripSection } from './report-figures-html.ts';
import { provenanceSection } from './report-html-provenance.ts';
import { qualitySection } from './report-html-quality.ts';
import type { ReportModel } from './report-model.ts';
import { restatementSection } from './report-restatements.ts';
import { unbroken } from './show-value.ts';
import { trendRows } from './trend.ts';

/** The executive report as one file that can be sent, printed and read on a phone. */
export async function reportHtml(model: ReportModel): Promise<string> {
  const [trend, ageing] = await Promise.all([parTrendChart(model.trend), ageingChart(model.ageing)]);
  const body = html`<main>
${heading(model)}
${INSIGHT_PLACE}
${stripSection(model.figures)}
${moversSection(model.figures)}
${departmentsSection(model.figures)}
${restatementSection(model.restatements)}
<h2>Portfolio at risk</h2>
<div class="charts">
<figure class="panel"><figcaption>PAR 30 and PAR 90 by reporting date</figcaption>${trend}${trendDetails(model.trend)}</figure>
<figure class="panel"><figcaption>Outstanding balance by days past due</figcaption>${ageing}${ageingTotal(model)}</figure>
</div>
<h2>All figures</h2>
<div class="panel wide">${kpiTable(model)}</div>
${proofSection(model.figures)}
${qualitySection(model.quality)}
${provenanceSection(model.provenance)}
</main>`;
  return renderPage({ title: `Executive report, ${model.freshness.sentence.toLowerCase()}`, body });
}

function heading({ freshness, verdict, rolledBack, headlines, quality }: ReportModel): Html {
  const tone = quality.every((file) => file.verdict === 'accepted') ? 'good' : 'warning';
  return html`<header>
<p class="brand">Abaco Loans Analytics · Executive report</p>
<h1>${unbroken(freshness.sentence)}</h1>
<ul class="facts">
${rolledBack.map((sentence) => html`<li class="verdict edge-critical">${sentence}</li>\n`)}<li class="verdict edge-${tone}">${verdict}</li>
${headlineItems(headlines)}</ul>
</header>`;
}

function kpiTable({ kpis, freshness }: ReportModel): Html {
  const since = commonSince(kpis);
  const groups = byGroup(kpis).map(
    ([group, rows]) => html`<tr class="group"><th scope="colgroup" class="lead" colspan="6">${group}</th></tr>
${rows.map((row) => kpiLine(row, { asOf: freshness.asOf, since }))}`,
  );
  const change = since ? `Since ${since}` : 'Change';
  return html`<table class="kpis">
<caption>Every figure with its status, its limits and its owner</caption>
<thead><tr><th scope="col">KPI</th><th scope="col" class="number">Value</th><th scope="col">Status</th><th scope="col">Limits</th><th scope="col" class="change">${change}</th><th scope="col">Owner</th></tr></thead>
<tbody>
${groups}</tbody>
</table>`;
}

/** The date that every change is counted from, when it is the same for all of them. */
function commonSince(kpis: readonly KpiRow[]): LocalDate | undefined {
  const dates = new Set(kpis.flatMap(({ change }) => (change ? [change.since] : [])));
  return dates.size === 1 ? [...dates][0] : undefined;
}

function kpiLine(row: KpiRow, report: { asOf: LocalDate; since: LocalDate | undefined }): Html {
  const ownDate = row.asOf === report.asOf ? undefined : note(`as of ${row.asOf}`);
  const since =
    row.change && (row.change.since === report.since ? undefined : note(`since ${row.change.since}`));
  return html`<tr><td class="lead"><strong>${row.name}</strong>${ownDate}${row.reason && note(row.reason)}</td><td class="number value">${row.shown}</td><td class="status">${kpiChip(row)}</td><td class="limits">${row.limits && unbroken(row.limits)}</td><td class="change">${row.change?.shown}${since}</td><td class="owner">${row.owner}</td></tr>
`;
}

function note(text: string): Html {
  return html`<span class="small muted">${text}</span>`;
}

function trendDetails(trend: ParTrend): Html | undefined {
  if (trend.dates.length < 2) return undefined;
  const head = trend.lines.map((line) => html`<th scope="col" class="number">${line.name}</th>`);
  const rows = trendRows(trend).map(
    ({ date, shown }) =>
      html`<tr><td>${date}</td>${shown.map((value) => html`<td class="number">${value ?? 'no value'}</td>`)}</tr>\n`,
  );
  return html`<details class="no-print"><summary>The last ${rows.length} dates as numbers</summary>
<table><caption>The last dates as numbers</caption><thead><tr><th scope="col">Reporting date</th>${head}</tr></thead><tbody>
${rows}</tbody></table></details>`;
}

function ageingTotal({ ageing }: ReportModel): Html | undefined {
  if (ageing.kind === 'unknown') return undefined;
  return html`<p class="small muted">Together ${ageing.total}, written-off loans excluded.</p>`;
}
