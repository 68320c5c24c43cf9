import { breakerName, type DataBreaker } from '../expectations/data-breaker.ts';
import { type ContractQuality, causeIn } from '../pipeline/data-quality.ts';
import type { QualityEntry } from '../ports/quality-log.ts';
import type { DashboardInput } from './dashboard-page.ts';
import { scoreTrend } from './dashboard-quality-trend.ts';
import { type Html, html } from './escape-html.ts';
import { inEnglish } from './in-english.ts';
import { DOCUMENTS, type Language } from './language/language.ts';
import { statusChip } from './page.ts';

/** What became of the newest file of each contract, how its scores went, and whether its dataset is stopped. */
export function qualitySection({
  quality,
  breakers,
  link,
  language = DOCUMENTS,
}: Pick<DashboardInput, 'quality' | 'breakers' | 'link'> & { language?: Language }): Html | undefined {
  if (quality.length === 0) return undefined;
  const rows = quality.map((contract) => qualityRow(contract, breakers, { link, language }));
  const { quality: words } = language.words;
  return html`<h2>${words.title}</h2>
<div class="panel wide"><table class="stack">
<caption>${words.caption}</caption>
<thead><tr><th scope="col">${words.dataset}</th><th scope="col">${words.verdict}</th><th scope="col">${words.asOf}</th><th scope="col" class="number">${words.taken}</th><th scope="col" class="number">${words.rejected}</th><th scope="col">${words.score}</th><th scope="col">${words.breaker}</th></tr></thead>
<tbody>
${rows}</tbody>
</table></div>`;
}

type Surroundings = { readonly link: DashboardInput['link']; readonly language: Language };

function qualityRow(
  { newest, files, isReference, isOneOfSeveral, run }: ContractQuality,
  breakers: readonly DataBreaker[],
  { link, language }: Surroundings,
): Html {
  const { quality: words } = language.words;
  const breaker = breakers.find(({ name }) => name === breakerName(newest.dataset));
  const kind = isOneOfSeveral ? `${newest.contract}, ` : '';
  const asOf = newest.asOf
    ? html`<span class="date">${language.day(newest.asOf)}</span>`
    : html`<span>${isReference ? words.reference : words.unknown}</span>`;
  const hasEnded = run !== undefined && (run.status !== 'running' || run.succeededAt !== undefined);
  const links = hasEnded ? documentLinks(newest, { link, language }) : undefined;
  return html`<tr><td class="lead"><strong>${breakable(newest.dataset)}</strong><span class="small muted">${kind}${words.landed} <span class="date">${language.instant(newest.landedAt)}</span></span>${links}</td><td data-label="${words.verdict}"><div>${verdictInWords(newest, run, language)}</div></td><td data-label="${words.asOf}">${asOf}</td><td class="number" data-label="${words.rowsTaken}">${language.count(newest.rows)}</td><td class="number" data-label="${words.rowsRejected}">${language.count(newest.rejected)}</td><td data-label="${words.score}"><div><strong>${newest.score ?? words.noScore}</strong>${scoreTrend(files, language)}</div></td><td data-label="${words.breaker}"><div>${breakerState(breaker, language)}</div></td></tr>
`;
}

/** Long names may break after the source, so that the table fits a page. */
function breakable(dataset: string): Html {
  const [source = '', ...name] = dataset.split('/');
  return html`${source}/<wbr>${name.join('/')}`;
}

/** A person has had the last word on a file that was rolled back. */
function verdictInWords(
  { verdict, rejected }: QualityEntry,
  run: ContractQuality['run'],
  { words: { quality } }: Language,
): Html {
  if (run?.rolledBack !== undefined) return statusChip('critical', quality.isRolledBack);
  if (verdict === 'block') return statusChip('critical', quality.isRejected);
  if (rejected === 0) return statusChip('good', quality.isAccepted);
  return html`${statusChip('warning', quality.isAccepted)} <span class="small">${quality.withoutSome}</span>`;
}

/** On paper they would lead nowhere. */
function documentLinks({ runId, rejected }: QualityEntry, { link, language }: Surroundings): Html {
  const { quality } = language.words;
  const to = (name: string, title: string): Html =>
    html`<a href="${link(`runs/${runId}/artifacts/${name}`)}" hreflang="en">${title}</a>`;
  const rows = rejected > 0 ? html` · ${to('rejected.jsonl', quality.rows)}` : undefined;
  return html`<span class="no-print"><span class="small">${to('validation_report.html', quality.page)}${rows}</span></span>`;
}

/** Closed is how it should be: then there is nothing to say, unless bad files have begun to come. */
function breakerState(breaker: DataBreaker | undefined, language: Language): Html {
  const { quality } = language.words;
  if (breaker?.status === 'open') {
    const since = quality.since(language.instant(breaker.openedAt));
    return html`${statusChip('critical', quality.open)}<span class="small">${since} ${inEnglish(causeIn(breaker.reason), language)}</span>`;
  }
  if (breaker === undefined || breaker.badInARow === 0) return statusChip('good', quality.closed);
  const bad = quality.bad(language.count(breaker.badInARow), breaker.badInARow === 1);
  return html`${statusChip('warning', quality.closed)}<span class="small">${bad}; ${quality.third}</span>`;
}
