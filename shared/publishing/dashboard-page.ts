import { type LocalDate, localDateOf, toEpochDay } from '../domain/local-date.ts';
import type { DataBreaker } from '../expectations/data-breaker.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { type ContractQuality, openBreakers } from '../pipeline/data-quality.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { ageingOf } from './ageing.ts';
import { ageingChart, parTrendChart } from './charts.ts';
import { breakerBanners } from './dashboard-breakers.ts';
import { qualitySection } from './dashboard-quality.ts';
import { runTrail } from './dashboard-runs.ts';
import { tileGroups } from './dashboard-tiles.ts';
import { type Html, html } from './escape-html.ts';
import { kpiRows } from './kpi-row.ts';
import { headlineItems } from './kpi-tone.ts';
import { renderPage, statusChip, type Tone } from './page.ts';
import { parTrendOf } from './par-trend.ts';
import { freshnessOf, headlinesOf } from './report-model.ts';
import { showInstant } from './show-value.ts';

export type DashboardInput = {
  readonly mart?: KpiMart;
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  readonly quality: readonly ContractQuality[];
  readonly breakers: readonly DataBreaker[];
  readonly health: { readonly status: 'healthy' | 'degraded' | 'unhealthy'; readonly lastError?: string };
  /** False: the page stays as it is until it is asked for again. */
  readonly refreshes?: boolean;
  /** The instant of the request. */
  readonly now: string;
  /** Makes a path below `/api/` into a link that carries the reader's key. */
  readonly link: (path: string) => string;
};

const REFRESH_SECONDS = 60;

/** A monthly snapshot and two weeks to close the month: older numbers are said to be old. */
const OLD_AFTER_DAYS = 45;

/** The state of the book and of the runs on one page. Nothing moves on it; it loads itself again each minute. */
export async function dashboardPage(input: DashboardInput): Promise<string> {
  const { mart, runs, now } = input;
  const figures = mart && (await figuresOf(mart, now));
  const body = html`<main>
<header>
<div class="bar"><p class="brand">Abaco Loans Analytics</p>${healthChip(input.health)}</div>
${figures?.heading ?? html`<h1>No numbers yet</h1>`}
${breakerBanners(openBreakers(input.breakers), mart, localDateOf(new Date(now)))}${lastError(input.health)}
</header>
${figures?.sections}
${qualitySection(input)}
${!mart && runs.length === 0 ? emptyState() : runTrail(input)}
<footer><p>Shown at ${showInstant(now)}. ${refreshNote(input)}</p></footer>
</main>`;
  const refreshSeconds = input.refreshes === false ? 0 : REFRESH_SECONDS;
  return renderPage({ title: 'Abaco Loans Analytics', body, refreshSeconds });
}

/** Whoever reads slowly, or with a screen reader, must be able to stop the page from changing under them. */
function refreshNote({ refreshes, link }: DashboardInput): Html {
  if (refreshes === false) return html`<a href="${link('dashboard')}">Load it again every minute</a>.`;
  const stopped = link('dashboard?refresh=off');
  return html`This page loads itself again every ${REFRESH_SECONDS} seconds. <a href="${stopped}">Stop that</a>.`;
}

async function figuresOf(mart: KpiMart, now: string): Promise<{ heading: Html; sections: Html }> {
  const rows = kpiRows(mart);
  const [trend, ageing] = await Promise.all([parTrendChart(parTrendOf(mart)), ageingChart(ageingOf(mart))]);
  const heading = html`<h1>${freshnessOf(mart).sentence}</h1>
${ageLine(mart.asOf, localDateOf(new Date(now)))}
<ul class="facts">
${headlineItems(headlinesOf(rows))}</ul>`;
  const sections = html`${tileGroups(rows, mart.asOf)}
<h2>Portfolio at risk over time</h2>
<div class="charts">
<figure class="panel"><figcaption>PAR 30 and PAR 90 by reporting date</figcaption>${trend}</figure>
<figure class="panel"><figcaption>Outstanding balance by days past due</figcaption>${ageing}</figure>
</div>`;
  return { heading, sections };
}

function ageLine(asOf: LocalDate, today: LocalDate): Html {
  const days = toEpochDay(today) - toEpochDay(asOf);
  if (days > OLD_AFTER_DAYS) {
    return html`<div class="notice warning"><p>These numbers are ${days} days old: no newer snapshot has been accepted.</p></div>`;
  }
  return html`<p class="muted">${ageInWords(days)}</p>`;
}

function ageInWords(days: number): string {
  if (days === 0) return 'The numbers are of today.';
  if (days < 0) return `The numbers are dated ${-days} ${dayWord(-days)} ahead of today.`;
  return `The numbers are ${days} ${dayWord(days)} old.`;
}

function dayWord(days: number): string {
  return days === 1 ? 'day' : 'days';
}

const HEALTH_TONES: Readonly<Record<DashboardInput['health']['status'], Tone>> = {
  healthy: 'good',
  degraded: 'warning',
  unhealthy: 'critical',
};

function healthChip({ status }: DashboardInput['health']): Html {
  return statusChip(HEALTH_TONES[status], `System ${status}`);
}

function lastError({ status, lastError: sentence }: DashboardInput['health']): Html | undefined {
  if (!sentence) return undefined;
  const tone = status === 'unhealthy' ? 'critical' : 'warning';
  return html`<div class="notice ${tone}"><p><strong>Last error</strong></p><p>${sentence}</p></div>`;
}

function emptyState(): Html {
  return html`<section class="panel empty">
<p>Put a loan file into the container <code>landing</code>, under <code>&lt;source&gt;/&lt;dataset&gt;/</code>, for example <code>looker/loans/loans_2025-12.csv</code>.</p>
<p>A minute later this page shows its verdict and the KPIs, or says why the file was refused.</p>
</section>`;
}
