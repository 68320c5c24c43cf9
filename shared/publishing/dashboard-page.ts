import { type LocalDate, localDateOf, toEpochDay } from '../domain/local-date.ts';
import type { DataBreaker } from '../expectations/data-breaker.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { type ContractQuality, openBreakers } from '../pipeline/data-quality.ts';
import type { RolledBackFile } from '../pipeline/rolled-back-files.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type Choice, dashboardPath } from './dashboard/address.ts';
import { languageLink, partForm, partLine, viewLinks } from './dashboard/navigation.ts';
import type { Figures, KpiFacts } from './dashboard/page-parts.ts';
import { dimensionsOf, type Part, partOf } from './dashboard/part.ts';
import { numberSections } from './dashboard/sections.ts';
import { DASHBOARD_STYLE } from './dashboard/style.ts';
import { VIEW_OF, type ViewName } from './dashboard/views.ts';
import { breakerBanners } from './dashboard-breakers.ts';
import { qualitySection } from './dashboard-quality.ts';
import { runTrail } from './dashboard-runs.ts';
import { type Html, html } from './escape-html.ts';
import { inEnglish } from './in-english.ts';
import { kpiRows } from './kpi-row.ts';
import { type Language, type LanguageCode, languageOf } from './language/language.ts';
import { dimensionName, partName } from './language/names.ts';
import { renderPage, statusChip, type Tone } from './page.ts';
import { freshnessOf } from './report-model.ts';
import { rolledBackBanners } from './rolled-back-notices.ts';

export type DashboardInput = {
  readonly mart?: KpiMart;
  /** The run that the numbers come from. */
  readonly runId?: string;
  /** What the catalogue says about the KPIs. */
  readonly definitions?: readonly KpiFacts[];
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  readonly quality: readonly ContractQuality[];
  readonly breakers: readonly DataBreaker[];
  /** Files that would be in the book, had nobody rolled them back. */
  readonly rolledBack?: readonly RolledBackFile[];
  readonly health: { readonly status: 'healthy' | 'degraded' | 'unhealthy'; readonly lastError?: string };
  readonly view?: ViewName;
  readonly language?: LanguageCode;
  /** The reader said which language, so every link says it too. */
  readonly isLanguageChosen?: boolean;
  /** Parts that were asked for; the first is shown. */
  readonly parts?: readonly Part[];
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

/** One view of the book, or of the runs. Nothing moves on it; it loads itself again each minute. */
export async function dashboardPage(input: DashboardInput): Promise<string> {
  const { mart, now, link, view = 'executive', refreshes = true } = input;
  const language = languageOf(input.language ?? 'en');
  const { words } = language;
  const { part, notice } = partAsked(input, language);
  const choice: Choice = {
    view,
    language: language.code,
    isLanguageChosen: input.isLanguageChosen === true,
    part,
    refreshes,
  };
  const today = localDateOf(new Date(now));
  const surroundings = { choice, language, link };
  const body = html`<a class="skip" href="#content">${words.skip}</a>
<header class="top"><div class="bar"><p class="brand">${words.product}</p><p class="brand">${languageLink(surroundings)} ${healthChip(input.health, language)}</p></div>
${viewLinks(surroundings)}</header>
<main id="content" tabindex="-1">
<h1>${words.view[view]}</h1>
${mart ? asOfLine(mart, today, language) : html`<p class="as-of">${words.noNumbers}</p>`}
${rolledBackBanners(input.rolledBack ?? [], language)}${breakerBanners(openBreakers(input.breakers), mart, { today, language })}${lastError(input.health, language)}
${mart && VIEW_OF[view].tiles.length > 0 ? partForm(dimensionsOf(mart), surroundings) : undefined}${notice}${partLine(surroundings)}
${mart && (await numberSections(figuresOf({ ...input, mart }, choice, language)))}
${operations(input, view, language)}${view === 'compliance' ? html`<p class="links no-print"><a href="${link('compliance?format=html')}" hreflang="en">${words.page.compliance}</a></p>` : undefined}
</main>
<footer><p>${words.page.shownAt(language.instant(now))} ${refreshNote(choice, language, link)}</p>${mart && html`<p>${words.page.book(mart.bookId)}</p>`}</footer>`;
  return renderPage({
    title: `${words.view[view]} · ${words.product}`,
    body,
    refreshSeconds: refreshes && mayRefresh(view) ? REFRESH_SECONDS : 0,
    language: language.code,
    style: DASHBOARD_STYLE,
  });
}

/** A view that lists customers is a look that goes into the access record: nobody looks 1,440 times a day. */
function mayRefresh(view: ViewName): boolean {
  return !VIEW_OF[view].sections.includes('clients');
}

/** Whoever reads slowly, or with a screen reader, must be able to stop the page from changing under them. */
function refreshNote(choice: Choice, { words }: Language, link: DashboardInput['link']): Html | undefined {
  if (!mayRefresh(choice.view)) return undefined;
  const other = link(dashboardPath({ ...choice, refreshes: !choice.refreshes }));
  if (!choice.refreshes) return html`<a class="no-print" href="${other}">${words.page.reloadsNot}</a>`;
  return html`<span class="no-print">${words.page.reloads(String(REFRESH_SECONDS))} <a href="${other}">${words.page.stop}</a></span>`;
}

/** The part to show, if the book has it; of several the first. */
function partAsked(
  { mart, parts = [] }: DashboardInput,
  language: Language,
): { part: Part | undefined; notice: Html | undefined } {
  const [first] = parts;
  if (!mart || !first) return { part: undefined, notice: undefined };
  const { filter } = language.words;
  const isKnown = dimensionsOf(mart).some(
    ({ name, values }) => name === first.dimension && values.includes(first.value),
  );
  const notice = (sentence: string): Html =>
    html`<div class="notice warning" role="status"><p>${sentence}</p></div>\n`;
  if (!isKnown) {
    const name = dimensionName(first.dimension, language);
    return { part: undefined, notice: notice(filter.unknownPart(name, partName(first.value, language))) };
  }
  return { part: first, notice: parts.length > 1 ? notice(filter.one) : undefined };
}

function figuresOf(
  input: DashboardInput & { readonly mart: KpiMart },
  choice: Choice,
  language: Language,
): Figures {
  const { mart, definitions = [], now, link, runId } = input;
  const part = choice.part && partOf(mart, choice.part, language);
  return {
    mart,
    part,
    rows: kpiRows(part ?? mart, { language, definitions }),
    facts: new Map(definitions.map((definition) => [definition.id, definition])),
    language,
    choice,
    now,
    link,
    runId,
  };
}

function asOfLine(mart: KpiMart, today: LocalDate, language: Language): Html {
  const { words } = language;
  const days = toEpochDay(today) - toEpochDay(mart.asOf);
  const asOf = html`<p class="as-of"><strong>${freshnessOf(mart, language).sentence}</strong>`;
  if (days > OLD_AFTER_DAYS) {
    return html`${asOf}</p>
<div class="notice warning"><p>${words.age.tooOld(language.days(days))}</p></div>`;
  }
  return html`${asOf} <span class="muted">${ageInWords(days, language)}</span></p>`;
}

function ageInWords(days: number, { words, days: inDays }: Language): string {
  if (days === 0) return words.age.today;
  return days < 0 ? words.age.ahead(inDays(-days)) : words.age.old(inDays(days));
}

const HEALTH_TONES: Readonly<Record<DashboardInput['health']['status'], Tone>> = {
  healthy: 'good',
  degraded: 'warning',
  unhealthy: 'critical',
};

function healthChip({ status }: DashboardInput['health'], { words }: Language): Html {
  return statusChip(HEALTH_TONES[status], words.system[status]);
}

function lastError(
  { status, lastError: sentence }: DashboardInput['health'],
  language: Language,
): Html | undefined {
  if (!sentence) return undefined;
  const tone = status === 'unhealthy' ? 'critical' : 'warning';
  return html`<div class="notice ${tone}"><p><strong>${language.words.system.lastError}</strong></p><p>${inEnglish(sentence, language)}</p></div>`;
}

/** Data quality and runs, where a view has them, and wherever there are no numbers to show instead. */
function operations(input: DashboardInput, view: ViewName, language: Language): Html {
  const { sections } = VIEW_OF[view];
  const { mart, runs } = input;
  const quality = sections.includes('quality') || !mart ? qualitySection({ ...input, language }) : undefined;
  if (!mart && runs.length === 0) return html`${quality}${emptyState(language)}`;
  const trail = sections.includes('runs') || !mart ? runTrail({ ...input, language }) : undefined;
  return html`${quality}\n${trail}`;
}

function emptyState({ words: { page } }: Language): Html {
  return html`<section class="panel empty">
<p>${page.begin1} <code>landing</code>, ${page.begin2} <code>&lt;source&gt;/&lt;dataset&gt;/</code>, ${page.begin3} <code>looker/loans/loans_2025-12.csv</code>.</p>
<p>${page.soon}</p>
</section>`;
}
