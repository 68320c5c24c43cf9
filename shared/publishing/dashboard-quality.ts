import { breakerName, type DataBreaker } from '../expectations/data-breaker.ts';
import { type ContractQuality, causeIn } from '../pipeline/data-quality.ts';
import type { QualityEntry } from '../ports/quality-log.ts';
import type { DashboardInput } from './dashboard-page.ts';
import { scoreTrend } from './dashboard-quality-trend.ts';
import { type Html, html } from './escape-html.ts';
import { statusChip } from './page.ts';
import { showCount, showInstant } from './show-value.ts';

/** What became of the newest file of each contract, how its scores went, and whether its dataset is stopped. */
export function qualitySection({
  quality,
  breakers,
  link,
}: Pick<DashboardInput, 'quality' | 'breakers' | 'link'>): Html | undefined {
  if (quality.length === 0) return undefined;
  const rows = quality.map((contract) => qualityRow(contract, breakers, link));
  return html`<h2>Data quality</h2>
<div class="panel wide"><table class="stack">
<caption>The newest file of each kind: rows that were taken in and rejected, and its score beside those of earlier files.</caption>
<thead><tr><th scope="col">Dataset</th><th scope="col">Verdict</th><th scope="col">As of</th><th scope="col" class="number">Taken in</th><th scope="col" class="number">Rejected</th><th scope="col">Score of 100</th><th scope="col">Breaker</th></tr></thead>
<tbody>
${rows}</tbody>
</table></div>`;
}

function qualityRow(
  { newest, files, isReference, isOneOfSeveral, run }: ContractQuality,
  breakers: readonly DataBreaker[],
  link: DashboardInput['link'],
): Html {
  const breaker = breakers.find(({ name }) => name === breakerName(newest.dataset));
  const kind = isOneOfSeveral ? `${newest.contract}, ` : '';
  const asOf = newest.asOf
    ? html`<span class="date">${newest.asOf}</span>`
    : html`<span>${isReference ? 'reference data' : 'not known'}</span>`;
  const hasEnded = run !== undefined && (run.status !== 'running' || run.succeededAt !== undefined);
  return html`<tr><td class="lead"><strong>${breakable(newest.dataset)}</strong><span class="small muted">${kind}landed <span class="date">${showInstant(newest.landedAt)}</span></span>${hasEnded ? documentLinks(newest, link) : undefined}</td><td data-label="Verdict"><div>${verdictInWords(newest)}</div></td><td data-label="As of">${asOf}</td><td class="number" data-label="Rows taken in">${showCount(newest.rows)}</td><td class="number" data-label="Rows rejected">${showCount(newest.rejected)}</td><td data-label="Score of 100"><div><strong>${newest.score ?? 'no score'}</strong>${scoreTrend(files)}</div></td><td data-label="Breaker"><div>${breakerState(breaker)}</div></td></tr>
`;
}

/** Long names may break after the source, so that the table fits a page. */
function breakable(dataset: string): Html {
  const [source = '', ...name] = dataset.split('/');
  return html`${source}/<wbr>${name.join('/')}`;
}

function verdictInWords({ verdict, rejected }: QualityEntry): Html {
  if (verdict === 'block') return statusChip('critical', 'Rejected');
  if (rejected === 0) return statusChip('good', 'Accepted');
  return html`${statusChip('warning', 'Accepted')} <span class="small">without some rows</span>`;
}

/** On paper they would lead nowhere. */
function documentLinks({ runId, rejected }: QualityEntry, link: DashboardInput['link']): Html {
  const to = (name: string, title: string): Html =>
    html`<a href="${link(`runs/${runId}/artifacts/${name}`)}">${title}</a>`;
  const rows = rejected > 0 ? html` · ${to('rejected.jsonl', 'Rejected rows')}` : undefined;
  return html`<span class="no-print"><span class="small">${to('validation_report.html', 'Validation page')}${rows}</span></span>`;
}

/** Closed is how it should be: then there is nothing to say, unless bad files have begun to come. */
function breakerState(breaker: DataBreaker | undefined): Html {
  if (breaker?.status === 'open') {
    const since = `Since ${showInstant(breaker.openedAt)}. `;
    return html`${statusChip('critical', 'Open')}<span class="small">${since}${causeIn(breaker.reason)}</span>`;
  }
  if (breaker === undefined || breaker.badInARow === 0) return statusChip('good', 'Closed');
  const bad = breaker.badInARow === 1 ? 'One bad file' : `${breaker.badInARow} bad files in a row`;
  return html`${statusChip('warning', 'Closed')}<span class="small">${bad}; the third in a row opens it.</span>`;
}
